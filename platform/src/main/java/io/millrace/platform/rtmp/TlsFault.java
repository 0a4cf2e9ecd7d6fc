package io.millrace.platform.rtmp;

import io.netty.handler.ssl.NotSslRecordException;

/** Why TLS failed, for the log. */
final class TlsFault {
    private TlsFault() {}

    static String reason(Throwable fault) {
        if (fault instanceof NotSslRecordException) {
            // Netty's message is everything received, in hexadecimal: possibly a request with cookies.
            return "what came is no TLS";
        }
        Throwable root = fault;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        // If a peer rejects the certificate in an unencrypted alert, the JDK says only "Unexpected exception".
        return root == fault ? fault.getMessage() : fault.getMessage() + ": " + root.getMessage();
    }
}
