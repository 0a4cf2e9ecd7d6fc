package io.millrace.outbound.webhook;

import io.millrace.platform.FileFault;
import io.millrace.platform.SecretFile;
import io.millrace.platform.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret that signs the requests of a webhook, HMAC-SHA256 (RFC 2104). {@code toString} hides it. Immutable and
 * thread-safe.
 */
public final class WebhookSecret {
    private static final String HMAC = "HmacSHA256";
    private static final int FEWEST_BYTES = 16;
    private static final int MOST_BYTES = 4_096;

    private final SecretKeySpec key;

    private WebhookSecret(byte[] bytes) {
        key = new SecretKeySpec(bytes, HMAC);
    }

    /** @throws IllegalArgumentException if {@code text} is too short or too long; the message does not quote it */
    static WebhookSecret of(String text) {
        byte[] bytes = text.strip().getBytes(StandardCharsets.UTF_8);
        if (bytes.length < FEWEST_BYTES || bytes.length > MOST_BYTES) {
            throw new IllegalArgumentException("a secret has " + FEWEST_BYTES + " to " + MOST_BYTES
                    + " bytes; make one with 'openssl rand -hex 32'");
        }
        return new WebhookSecret(bytes);
    }

    /**
     * Reads a file that contains the secret and nothing else; white space around it is ignored.
     *
     * @throws UserError if the file cannot be read or contains no valid secret
     */
    public static WebhookSecret read(Path file) {
        try {
            if (Files.size(file) > 2 * MOST_BYTES) {
                throw new UserError(
                        "the secret of the webhooks in " + file + " has more than " + MOST_BYTES + " bytes");
            }
            WebhookSecret secret = of(Files.readString(file));
            SecretFile.warnIfOpen("the secret of the webhooks", file);
            return secret;
        } catch (IOException e) {
            throw new UserError("cannot read the secret of the webhooks in " + file + ": " + FileFault.reason(e)
                    + "; name a readable text file", e);
        } catch (IllegalArgumentException e) {
            throw new UserError("the secret of the webhooks in " + file + " is not usable: " + e.getMessage());
        }
    }

    /**
     * Returns the value of the header {@code Millrace-Signature}.
     *
     * @param atSeconds time of the request, seconds since 1970, so that receivers can reject old requests
     */
    String sign(long atSeconds, String body) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            byte[] signature = mac.doFinal((atSeconds + "." + body).getBytes(StandardCharsets.UTF_8));
            return "t=" + atSeconds + ",v1=" + HexFormat.of().formatHex(signature);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + HMAC, e);
        }
    }

    @Override
    public String toString() {
        return "[hidden]";
    }
}
