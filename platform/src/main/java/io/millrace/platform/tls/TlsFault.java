package io.millrace.platform.tls;

import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Why TLS failed, for the log. Stateless. */
public final class TlsFault {
    private TlsFault() {}

    /** Returns the fault of TLS that an exception of the pipeline is about; empty if it is about something else. */
    public static Optional<SSLException> in(Throwable cause) {
        return cause instanceof DecoderException && cause.getCause() instanceof SSLException tls
                ? Optional.of(tls)
                : Optional.empty();
    }

    /** Returns the reason in one line; it contains nothing that the peer has sent. */
    public static String reason(Throwable fault) {
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
