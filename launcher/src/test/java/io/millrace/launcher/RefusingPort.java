package io.millrace.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * Loopback addresses that refuse connections. The socket is bound but does not listen, so nothing else can listen
 * there.
 */
final class RefusingPort {
    private RefusingPort() {}

    static Socket listens() throws IOException {
        Socket bound = new Socket();
        bound.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
        return bound;
    }

    static String address(Socket nobody) {
        return "127.0.0.1:" + nobody.getLocalPort();
    }
}
