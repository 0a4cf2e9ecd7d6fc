package io.millrace.edge.http;

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
 * Whose connection it is: the socket's peer, or whom a trusted proxy speaks for, by a PROXY header or in X-Forwarded-For.
 * Confined to the event loop of its connection.
 */
final class Client {
    private static final AttributeKey<Client> KEY = AttributeKey.valueOf("millrace.client");
    private static final String FORWARDED_FOR = "X-Forwarded-For";
    /** More proxies than this stand in no chain. */
    private static final int LONGEST_CHAIN = 8;

    private final ProxySources proxies;
    private SocketAddress address;
    private boolean proxy;
    private String host;

    private Client(SocketAddress address, ProxySources proxies) {
        this.proxies = proxies;
        cameFrom(address);
    }

    static Client of(Channel channel, ProxySources proxies) {
        var client = new Client(channel.remoteAddress(), proxies);
        channel.attr(KEY).set(client);
        return client;
    }

    /** Who asks, as text; empty if unknown. */
    static String host(Channel channel, HttpHeaders headers) {
        Client client = channel.attr(KEY).get();
        if (client == null) {
            return "";
        }
        return client.proxy ? client.behind(headers) : client.host;
    }

    /** Whose lines in the log are counted together: the socket's peer, or whom its PROXY header names. */
    static String peer(Channel channel) {
        Client client = channel.attr(KEY).get();
        return client == null || client.address() == null ? "" : PeerNetwork.of(client.address());
    }

    /** The same with the port, if that is known. */
    static String endpoint(Channel channel, HttpHeaders headers) {
        Client client = channel.attr(KEY).get();
        String host = host(channel, headers);
        return client != null && !client.proxy && client.address instanceof InetSocketAddress inet
                ? host + ":" + inet.getPort()
                : host;
    }

    /** A PROXY header says so. */
    void cameFrom(SocketAddress source) {
        address = source;
        proxy = proxies.contains(source);
        host = address() == null ? "" : address().getHostAddress();
    }

    /** Whether it speaks for others. */
    boolean isProxy() {
        return proxy;
    }

    /** Null if the socket has none. */
    InetAddress address() {
        return address instanceof InetSocketAddress inet ? inet.getAddress() : null;
    }

    /** The last of the chain that is no proxy of ours: what stands before it, anybody may have written. */
    private String behind(HttpHeaders headers) {
        String nearest = host;
        List<String> chain = List.of(String.join(",", headers.getAll(FORWARDED_FOR)).split(","));
        for (String hop : chain.reversed().subList(0, Math.min(LONGEST_CHAIN, chain.size()))) {
            byte[] bytes = NetUtil.createByteArrayFromIpAddressString(hop.strip());
            if (bytes == null) {
                return nearest;
            }
            InetAddress next = address(bytes);
            nearest = next.getHostAddress();
            if (!proxies.contains(new InetSocketAddress(next, 0))) {
                return nearest;
            }
        }
        return nearest;
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }
}
