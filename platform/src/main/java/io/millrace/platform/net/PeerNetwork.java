package io.millrace.platform.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The network that counts as one peer for the limits per address and in the log: an IPv4 address, or an IPv6 /64, because whoever has one address of a /64
 * usually has all of them.
 */
public final class PeerNetwork {
    private static final Pattern ENDPOINT = Pattern.compile("^\\[?([^\\]]*?)\\]?:\\d+$");
    private static final int NETWORK_BYTES = 8;
    private static final int ADDRESS_BYTES = 16;

    private PeerNetwork() {}

    /**
     * Returns the network of {@code 192.0.2.1:1935} or {@code [2001:db8::1]:1935}. Text that contains no address,
     * such as a host name, is returned unchanged, as a peer of its own.
     */
    public static String ofEndpoint(String endpoint) {
        return address(hostOf(endpoint)).map(PeerNetwork::of).orElse(endpoint);
    }

    /**
     * Returns {@code 192.0.2.1} of {@code 192.0.2.1:1935}, and {@code 2001:db8::1} of {@code [2001:db8::1]:1935}. An
     * endpoint without a port is returned unchanged; an IPv6 address with a port has brackets or all of its groups.
     */
    public static String hostOf(String endpoint) {
        return address(endpoint).isPresent()
                ? endpoint
                : ENDPOINT.matcher(endpoint).replaceFirst("$1");
    }

    /** Returns the address that {@code text} is, without a lookup; empty if it is none. */
    public static Optional<InetAddress> address(String text) {
        try {
            // A zone does not identify a peer, and its interface may be gone.
            return text.isEmpty() || text.startsWith("[")
                    ? Optional.empty()
                    : Optional.of(InetAddress.ofLiteral(text.replaceFirst("%.*", "")));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Returns {@code 192.0.2.1}, or {@code 2001:db8:0:0:0:0:0:0/64}. */
    public static String of(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address.getHostAddress();
        }
        byte[] network = Arrays.copyOf(Arrays.copyOf(address.getAddress(), NETWORK_BYTES), ADDRESS_BYTES);
        try {
            return InetAddress.getByAddress(network).getHostAddress() + "/64";
        } catch (UnknownHostException e) {
            throw new IllegalStateException("16 bytes are an address", e);
        }
    }
}
