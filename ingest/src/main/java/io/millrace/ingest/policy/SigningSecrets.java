package io.millrace.ingest.policy;

import io.millrace.media.StreamName;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs permissions to publish, and knows its signatures again:
 *
 * <pre>
 * sign = hex(HMAC-SHA256(secret, "publish:" + stream + ":" + expires))     expires: s since 1970, decimal
 * URL    rtmp://HOST/live/show?expires=1767225600&amp;sign=0f3a…
 * </pre>
 *
 * <p>The first word keeps what is signed for one purpose from being good for another. Immutable.
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
     * @param text a secret a line: the first signs, all are accepted, so that they can be changed by turns
     * @throws IllegalArgumentException saying what is wrong and quoting nothing
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
     * What the encoder adds behind the stream's name, {@code ?} included.
     *
     * @param expiresS from when on it is refused, s since 1970
     */
    public String query(StreamName stream, long expiresS) {
        String expires = Long.toString(expiresS);
        return "?" + EXPIRES + "=" + expires + "&" + SIGN + "=" + sign(stream, expires);
    }

    String sign(StreamName stream, String expires) {
        return HexFormat.of().formatHex(mac(secrets.getFirst(), stream, expires));
    }

    /** Whether {@code sign} is one of ours; takes the same time however much of it is right. */
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
