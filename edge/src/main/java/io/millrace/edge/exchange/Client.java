package io.millrace.edge.exchange;

import io.millrace.platform.net.PeerNetwork;
import io.millrace.platform.net.ProxySources;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AttributeKey;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Identifies the client of a connection: the socket's peer, or the address that a trusted proxy states in a PROXY
 * header (per connection) or in X-Forwarded-For (per request). Confined to the event loop of its connection.
 */
public final class Client {
    private static final AttributeKey<Client> KEY = AttributeKey.valueOf("millrace.client");
    private static final String FORWARDED_FOR = "X-Forwarded-For";
    /** Number of addresses in X-Forwarded-For that are examined, from the last one backwards. */
    private static final int LONGEST_CHAIN = 8;

    private final ProxySources proxies;
    /** The socket's peer, or the source in its PROXY header. */
    private SocketAddress address;
    /** Whether this address is a trusted proxy. */
    private boolean proxy;
    /** This address as text; empty if the socket has none. */
    private String host;

    private Client(SocketAddress address, ProxySources proxies) {
        this.proxies = proxies;
        cameFrom(address);
    }

    /** Returns the client of a new connection, and attaches it to the channel for the methods below. */
    public static Client of(Channel channel, ProxySources proxies) {
        var client = new Client(channel.remoteAddress(), proxies);
        channel.attr(KEY).set(client);
        return client;
    }

    /** Attaches the client of a connection to a channel for one stream of it. */
    public static void share(Channel connection, Channel stream) {
        stream.attr(KEY).set(connection.attr(KEY).get());
    }

    /** Returns the client's address as text; empty if unknown. */
    public static String host(Channel channel, HttpHeaders headers) {
        Client client = channel.attr(KEY).get();
        if (client == null) {
            return "";
        }
        return client.proxy ? text(client.behind(headers)) : client.host;
    }

    /**
     * Returns the client's network, whose clients share turns and limits: its IPv4 address or IPv6 /64; empty if
     * unknown.
     */
    public static String network(Channel channel, HttpHeaders headers) {
        Client client = channel.attr(KEY).get();
        if (client == null) {
            return "";
        }
        InetAddress address = client.proxy ? client.behind(headers) : client.address();
        return address == null ? "" : PeerNetwork.of(address);
    }

    /** Returns the key by which log lines are rate-limited: the socket's peer, or the address in its PROXY header. */
    public static String peer(Channel channel) {
        Client client = channel.attr(KEY).get();
        return client == null || client.address() == null ? "" : PeerNetwork.of(client.address());
    }

    /** Returns {@code host:port} of the client; only the host if it connects through a proxy. */
    public static String endpoint(Channel channel, HttpHeaders headers) {
        Client client = channel.attr(KEY).get();
        String host = host(channel, headers);
        return client != null && !client.proxy && client.address instanceof InetSocketAddress inet
                ? host + ":" + inet.getPort()
                : host;
    }

    /** Replaces the address by the source address of a PROXY header. */
    public void cameFrom(SocketAddress source) {
        address = source;
        proxy = proxies.contains(source);
        host = text(address());
    }

    /** Returns whether {@link #address} is a trusted proxy, whose X-Forwarded-For headers count. */
    public boolean isProxy() {
        return proxy;
    }

    /** Returns the socket's peer, or the source in its PROXY header; null if the socket has no address. */
    public InetAddress address() {
        return address instanceof InetSocketAddress inet ? inet.getAddress() : null;
    }

    /**
     * Returns the last address of X-Forwarded-For that is not a trusted proxy: anybody may have forged the addresses
     * before it. If there is none, returns the earliest valid address that was examined, or else {@link #address}.
     */
    private InetAddress behind(HttpHeaders headers) {
        InetAddress nearest = address();
        List<String> chain = List.of(String.join(",", headers.getAll(FORWARDED_FOR)).split(","));
        for (String hop : chain.reversed().subList(0, Math.min(LONGEST_CHAIN, chain.size()))) {
            byte[] bytes = NetUtil.createByteArrayFromIpAddressString(hop.strip());
            if (bytes == null) {
                return nearest;
            }
            nearest = address(bytes);
            if (!proxies.contains(new InetSocketAddress(nearest, 0))) {
                return nearest;
            }
        }
        return nearest;
    }

    private static String text(InetAddress address) {
        return address == null ? "" : address.getHostAddress();
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }
}
