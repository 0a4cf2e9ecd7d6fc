package io.millrace.platform.net;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * The networks of the load balancers whose PROXY headers are trusted. Any other client could use the header to claim an
 * address. Immutable.
 */
public final class ProxySources {
    public static final ProxySources NONE = new ProxySources(Networks.NONE);

    private final Networks networks;

    private ProxySources(Networks networks) {
        this.networks = networks;
    }

    /**
     * Parses the setting.
     *
     * @param text as in {@link Networks#parse}
     * @throws IllegalArgumentException if {@code text} is not valid; the message shows valid values
     */
    public static ProxySources parse(String text) {
        return new ProxySources(Networks.parse(text));
    }

    /** Returns whether connections from {@code address} begin with a PROXY header. */
    public boolean contains(SocketAddress address) {
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                && networks.contains(inet.getAddress());
    }
}
