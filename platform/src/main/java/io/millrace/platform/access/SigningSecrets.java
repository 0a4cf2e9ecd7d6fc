package io.millrace.platform.access;

import io.millrace.media.StreamName;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Creates and verifies signatures that permit a publish:
 *
 * <pre>
 * sign = hex(HMAC-SHA256(secret, "publish:" + stream + ":" + expires))     expires: s since 1970, decimal
 * URL    rtmp://HOST/live/show?expires=1767225600&amp;sign=0f3a…
 * </pre>
 *
 * <p>The word {@code publish} prevents the use of a signature for another purpose. Immutable.
 */
public final class SigningSecrets {
    static final String EXPIRES = "expires";
    static final String SIGN = "sign";

    private static final String HMAC = "HmacSHA256";
    private static final int FEWEST_BYTES = 16;

    private final List<SecretKeySpec> secrets;

    private SigningSecrets(List<SecretKeySpec> secrets) {
        this.secrets = secrets;
    }

    /**
     * Parses the file.
     *
     * @param text one secret per line: the first one creates signatures, and all of them verify, so that secrets can be
     *        rotated
     * @throws IllegalArgumentException if {@code text} contains no secret or too short a one; the message does not
     *        quote it
     */
    public static SigningSecrets parse(String text) {
        List<byte[]> lines = text.lines().map(String::strip).filter(line -> !line.isEmpty())
                .map(line -> line.getBytes(StandardCharsets.UTF_8)).toList();
        if (lines.isEmpty() || lines.stream().anyMatch(line -> line.length < FEWEST_BYTES)) {
            throw new IllegalArgumentException("a secret is a line of " + FEWEST_BYTES
                    + " characters or more; make one with 'openssl rand -hex 32'");
        }
        return new SigningSecrets(lines.stream().map(line -> new SecretKeySpec(line, HMAC)).toList());
    }

    /**
     * Returns the query to append to the stream's name, beginning with {@code ?}.
     *
     * @param expiresS time at and after which the signature is refused, in seconds since 1970
     */
    public String query(StreamName stream, long expiresS) {
        String expires = Long.toString(expiresS);
        return "?" + EXPIRES + "=" + expires + "&" + SIGN + "=" + sign(stream, expires);
    }

    String sign(StreamName stream, String expires) {
        return HexFormat.of().formatHex(mac(secrets.getFirst(), stream, expires));
    }

    /**
     * Returns whether {@code sign} was created with one of the secrets; the caller checks that {@code expires} has not
     * passed. The duration does not depend on where {@code sign} differs from a valid signature.
     */
    boolean isGenuine(StreamName stream, String expires, String sign) {
        byte[] claimed = sign.getBytes(StandardCharsets.UTF_8);
        boolean genuine = false;
        for (SecretKeySpec secret : secrets) {
            byte[] right = HexFormat.of().formatHex(mac(secret, stream, expires)).getBytes(StandardCharsets.US_ASCII);
            genuine |= MessageDigest.isEqual(right, claimed);
        }
        return genuine;
    }

    private static byte[] mac(SecretKeySpec secret, StreamName stream, String expires) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(secret);
            return mac.doFinal(("publish:" + stream.value() + ":" + expires).getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + HMAC, e);
        }
    }
}
