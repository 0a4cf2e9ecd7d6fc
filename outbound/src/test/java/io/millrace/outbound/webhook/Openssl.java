package io.millrace.outbound.webhook;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Signs as docs/events.md shows it, with the program {@code openssl}. */
final class Openssl {
    private Openssl() {}

    /**
     * Returns the signature that a request must have.
     *
     * @param received the header of the request, of which only the time is used
     */
    static String signature(String received, String secret, String body) throws IOException, InterruptedException {
        String time = received.substring(2, received.indexOf(','));
        Process openssl = new ProcessBuilder("openssl", "dgst", "-sha256", "-hmac", secret).start();
        try (var in = openssl.getOutputStream()) {
            in.write((time + "." + body).getBytes(StandardCharsets.UTF_8));
        }
        String out = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        openssl.waitFor();
        return "t=" + time + ",v1=" + out.substring(out.lastIndexOf(' ') + 1);
    }
}
