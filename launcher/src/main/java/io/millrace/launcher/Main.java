package io.millrace.launcher;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Entry point of the process. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        // A TLS 1.2 client could ask for one signature after another on an event loop; HTTP/2 forbids it (RFC 9113, 9.2.1).
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int code = CommandLines.run(List.of(arguments), System.getenv(), out, err);
        out.flush();
        System.exit(code);
    }
}
