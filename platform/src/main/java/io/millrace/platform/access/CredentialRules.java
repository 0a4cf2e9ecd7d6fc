package io.millrace.platform.access;

import io.millrace.media.StreamName;
import io.millrace.platform.access.AccessRequest.Action;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Decides by key or signature who may publish or play a stream; allows everything if no credentials are configured. A
 * key is the last segment of the name, or the parameter {@code key}. The signature of a publish is the parameters of
 * {@link PublishSignature}, that of a viewer the parameter {@code token}, a {@link PlayToken}. A JSON Web Token is also
 * in {@code token}; it is verified elsewhere. Pure and immutable.
 *
 * @param keys the stream keys, null if none are configured
 * @param secrets the signing secrets, null if none are configured
 * @param hasJwt whether JSON Web Tokens are configured
 */
record CredentialRules(Action action, StreamKeys keys, SigningSecrets secrets, boolean hasJwt) {
    static final String KEY = "key";
    static final String TOKEN = "token";
    private static final Pattern SECONDS = Pattern.compile("\\d{1,18}");

    /** Returns the JSON Web Token that decides about a request; empty if {@link #decide} does. */
    Optional<String> jwt(QueryString query) {
        return hasJwt
                ? query.first(TOKEN).filter(token -> isShort(token) && JwtVerifier.isJwt(token))
                : Optional.empty();
    }

    /** Returns whether a parameter of the query may be part of the credentials. */
    boolean reads(String parameter) {
        return switch (parameter) {
            case KEY -> keys != null;
            case TOKEN -> hasJwt || secrets != null && action == Action.PLAY;
            case PublishSignature.SIGN, PublishSignature.EXPIRES -> secrets != null && action == Action.PUBLISH;
            default -> false;
        };
    }

    /**
     * Decides about a request whose credentials are no JSON Web Token.
     *
     * @param asked the name in the URL, which may be a key
     * @param host address of the peer without its port
     * @param nowS current time, in seconds since 1970
     */
    AccessDecision decide(StreamName asked, QueryString query, String host, long nowS) {
        if (keys == null && secrets == null && !hasJwt) {
            return new AccessDecision.Allowed(asked);
        }
        Optional<String> sign = query.first(PublishSignature.SIGN);
        if (secrets != null && action == Action.PUBLISH && sign.isPresent()) {
            return signed(asked, query.first(PublishSignature.EXPIRES).orElse(""), sign.get(), nowS);
        }
        Optional<String> token = query.first(TOKEN);
        if (token.isPresent() && reads(TOKEN)) {
            return byToken(asked, token.get(), host, nowS);
        }
        Optional<String> key = query.first(KEY);
        if (keys != null && key.isPresent()) {
            return keyed(asked, key.get());
        }
        Optional<StreamName> stream = keys == null ? Optional.empty() : keys.stream(lastSegment(asked));
        return stream.<AccessDecision>map(AccessDecision.Allowed::new).orElseGet(this::withoutCredentials);
    }

    private AccessDecision withoutCredentials() {
        if (action == Action.PUBLISH && secrets == null && !hasJwt) {
            return refused(AccessReason.UNKNOWN_KEY, "the stream key is not known here");
        }
        return refused(AccessReason.NO_CREDENTIALS, action == Action.PUBLISH
                ? "this server wants a stream key or a signed URL"
                : "this stream needs " + (secrets != null || hasJwt ? "a token (?token=…)" : "a key (?key=…)"));
    }

    private AccessDecision keyed(StreamName asked, String key) {
        Optional<StreamName> stream = keys.stream(key);
        if (stream.isEmpty()) {
            return refused(AccessReason.UNKNOWN_KEY, "the stream key is not known here");
        }
        return stream.get().equals(asked)
                ? new AccessDecision.Allowed(asked)
                : refused(AccessReason.OTHER_STREAM, "the key is that of another stream");
    }

    private AccessDecision signed(StreamName asked, String expires, String sign, long nowS) {
        if (!secrets.isGenuine(PublishSignature.text(asked, expires), sign)) {
            return refused(AccessReason.BAD_SIGNATURE, "the signature is not for this stream and time");
        }
        if (!SECONDS.matcher(expires).matches()) { // an owner of the secret can sign any text
            return refused(AccessReason.BAD_SIGNATURE,
                    "what is signed as 'expires' is no number of seconds since 1970");
        }
        return nowS < Long.parseLong(expires)
                ? new AccessDecision.Allowed(asked, Long.parseLong(expires))
                : refused(AccessReason.EXPIRED, "the signed URL has expired");
    }

    private AccessDecision byToken(StreamName asked, String text, String host, long nowS) {
        if (!isShort(text)) {
            return refused(AccessReason.MALFORMED,
                    "the token is longer than " + JwtVerifier.TOKEN_LIMIT + " characters");
        }
        Optional<PlayToken> token = secrets == null || action != Action.PLAY
                ? Optional.empty()
                : PlayToken.parse(text);
        if (token.isEmpty()) {
            return refused(AccessReason.MALFORMED, "the token has no form that is accepted here");
        }
        if (!token.get().isGenuine(secrets, asked, host)) {
            return refused(AccessReason.BAD_SIGNATURE, token.get().hasAddress()
                    ? "the token is not for this stream, time and address"
                    : "the token is not for this stream and time");
        }
        return nowS < token.get().expiresS()
                ? new AccessDecision.Allowed(asked, token.get().session())
                : refused(AccessReason.EXPIRED, "the token has expired");
    }

    private static boolean isShort(String token) {
        return token.length() <= JwtVerifier.TOKEN_LIMIT;
    }

    private static AccessDecision refused(AccessReason reason, String description) {
        return new AccessDecision.Refused(reason, description);
    }

    private static String lastSegment(StreamName name) {
        return name.value().substring(name.value().lastIndexOf('/') + 1);
    }
}
