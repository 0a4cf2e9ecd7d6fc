package io.millrace.platform.rtmp;

import io.netty.handler.ssl.NotSslRecordException;

/** Why TLS failed, for the log. */
final class TlsFault {
    private TlsFault() {}

    static String reason(Throwable fault) {
        if (fault instanceof NotSslRecordException) {
            // Its message is all that came, in hexadecimal: a request with its cookies, say.
            return "what came is no TLS";
        }
        Throwable root = fault;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        // "Unexpected exception", says the JDK where a peer tells in the clear that it does not trust the certificate.
        return root == fault ? fault.getMessage() : fault.getMessage() + ": " + root.getMessage();
    }
}
