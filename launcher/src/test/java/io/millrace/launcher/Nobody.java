package io.millrace.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Addresses of the loopback where nobody listens, and nobody will while the socket is open: it is bound, and does not listen. */
final class Nobody {
    private Nobody() {}

    static Socket listens() throws IOException {
        Socket bound = new Socket();
        bound.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
        return bound;
    }

    static String address(Socket nobody) {
        return "127.0.0.1:" + nobody.getLocalPort();
    }
}
