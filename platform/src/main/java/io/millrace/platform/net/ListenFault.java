package io.millrace.platform.net;

import io.millrace.platform.UserError;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;

/** The one line about an address that cannot be listened on: what the system says, and what to do about that. */
public final class ListenFault {
    private ListenFault() {}

    /**
     * @param who such as {@code the admin port}
     * @param hostFlag where people choose the address
     * @param portFlag where they choose the port
     * @param cause by the JDK or by Netty, whose exceptions differ in type and have the system's words in common
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
