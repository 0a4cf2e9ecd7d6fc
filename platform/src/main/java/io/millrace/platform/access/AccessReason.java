package io.millrace.platform.access;

import java.util.Locale;

/** Why a request is refused, which is also the value of the meter tag {@code reason}. */
public enum AccessReason {
    /** Credentials are required, and the peer sent none. */
    NO_CREDENTIALS(Kind.UNAUTHENTICATED),
    /** The credentials are too long, or a token has none of the forms. */
    MALFORMED(Kind.UNAUTHENTICATED),
    /** The stream key is not in the file. */
    UNKNOWN_KEY(Kind.UNAUTHENTICATED),
    /** A JSON Web Token names a signing key that is not in the key set. */
    UNKNOWN_SIGNER(Kind.UNAUTHENTICATED),
    /** The signature is wrong, or that of another stream, time or address. */
    BAD_SIGNATURE(Kind.UNAUTHENTICATED), EXPIRED(Kind.UNAUTHENTICATED),
    /** A JSON Web Token is not valid yet ({@code nbf}). */
    NOT_YET_VALID(Kind.UNAUTHENTICATED),
    /** The credentials are genuine, and those of another stream. */
    OTHER_STREAM(Kind.FORBIDDEN),
    /** A JSON Web Token allows other actions only. */
    OTHER_ACTION(Kind.FORBIDDEN),
    /** A JSON Web Token is of another issuer, or for another audience. */
    OTHER_AUDIENCE(Kind.FORBIDDEN),
    /** The list of addresses does not admit the peer. */
    ADDRESS(Kind.FORBIDDEN), HOOK_REFUSED(Kind.FORBIDDEN),
    /** The operator has disconnected the viewer or the publisher, and the kick is still in force. */
    KICKED(Kind.FORBIDDEN),
    /**
     * The hook did not answer, answered incorrectly or had too many requests waiting, and the settings refuse in this
     * case.
     */
    HOOK_FAILED(Kind.UNDECIDED),
    /** The key set of JSON Web Tokens could not be loaded. */
    KEYS_UNAVAILABLE(Kind.UNDECIDED);

    /** What the peer can do about a refusal. */
    public enum Kind {
        /** Other credentials are needed. */
        UNAUTHENTICATED,
        /** The peer may not do this. */
        FORBIDDEN,
        /** The peer may try again: permission cannot be checked at the moment. */
        UNDECIDED
    }

    private final Kind kind;

    AccessReason(Kind kind) {
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
