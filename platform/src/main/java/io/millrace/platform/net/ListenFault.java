package io.millrace.platform.net;

import io.millrace.platform.UserError;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;

/** The error about an address that cannot be bound: the system's reason, and what to do about it. */
public final class ListenFault {
    private ListenFault() {}

    /**
     * Returns the error.
     *
     * @param who the listener, such as {@code the admin port}
     * @param hostFlag command-line flag that sets the address
     * @param portFlag command-line flag that sets the port
     * @param cause exception of the JDK or of Netty; their types differ, but both contain the system's message
     */
    public static UserError of(String who, String host, int port, String hostFlag, String portFlag, Throwable cause) {
        return new UserError(who + " cannot listen on " + host + ":" + port + ": "
                + sentence(cause, hostFlag, portFlag), cause);
    }

    private static String sentence(Throwable cause, String hostFlag, String portFlag) {
        if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
            return "the name is not known here; choose an address of this machine with " + hostFlag;
        }
        String words = String.valueOf(cause.getMessage());
        if (words.contains("in use")) {
            return "another process listens there; stop that one, or choose another port with " + portFlag;
        }
        if (words.contains("assign requested address")) {
            return "this machine has no such address; choose one that it has with " + hostFlag;
        }
        if (words.contains("ermission denied")) {
            return "permission denied; choose a port of 1024 or more with " + portFlag
                    + ", or grant CAP_NET_BIND_SERVICE";
        }
        return words + "; choose another port with " + portFlag + " or another address with " + hostFlag;
    }
}
