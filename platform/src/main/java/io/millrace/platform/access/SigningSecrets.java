package io.millrace.platform.access;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Secrets that create and verify signatures: HMAC-SHA256 in hexadecimal, of texts that {@link PublishSignature} and
 * {@link PlayToken} define. Immutable.
 */
public final class SigningSecrets {
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
     *     rotated
     * @throws IllegalArgumentException if {@code text} contains no secret or too short a one; the message does not
     *     quote it
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

    /** Returns the signature of {@code text}, 64 hexadecimal digits. */
    String sign(String text) {
        return HexFormat.of().formatHex(mac(secrets.getFirst(), text));
    }

    /**
     * Returns whether {@code sign} is the signature of {@code text} with one of the secrets. The duration does not
     * depend on where it differs from a valid one.
     */
    boolean isGenuine(String text, String sign) {
        byte[] claimed = sign.getBytes(StandardCharsets.UTF_8);
        boolean genuine = false;
        for (SecretKeySpec secret : secrets) {
            byte[] right = HexFormat.of().formatHex(mac(secret, text)).getBytes(StandardCharsets.US_ASCII);
            genuine |= MessageDigest.isEqual(right, claimed);
        }
        return genuine;
    }

    private static byte[] mac(SecretKeySpec secret, String text) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(secret);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + HMAC, e);
        }
    }
}
