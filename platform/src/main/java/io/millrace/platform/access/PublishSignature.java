package io.millrace.platform.access;

import io.millrace.media.StreamName;

/**
 * A signature that permits a publish:
 *
 * <pre>
 * sign = hex(HMAC-SHA256(secret, "publish:" + stream + ":" + expires))     expires: s since 1970, decimal
 * URL    rtmp://HOST/live/show?expires=1767225600&amp;sign=0f3a…
 * </pre>
 *
 * <p>The word {@code publish} prevents the use of a signature for another purpose. Stateless.
 */
public final class PublishSignature {
    static final String EXPIRES = "expires";
    static final String SIGN = "sign";

    private PublishSignature() {}

    /**
     * Returns the query to append to the stream's name, beginning with {@code ?}.
     *
     * @param expiresS time at and after which the signature is refused, in seconds since 1970
     */
    public static String query(SigningSecrets secrets, StreamName stream, long expiresS) {
        String expires = Long.toString(expiresS);
        return "?" + EXPIRES + "=" + expires + "&" + SIGN + "=" + secrets.sign(text(stream, expires));
    }

    /** Returns the text that is signed. */
    static String text(StreamName stream, String expires) {
        return "publish:" + stream.value() + ":" + expires;
    }
}
