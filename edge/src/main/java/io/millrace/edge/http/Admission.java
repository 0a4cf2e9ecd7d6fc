package io.millrace.edge.http;

import io.millrace.platform.net.AddressCounts;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Counts connections, in all and of each address, against {@link HttpLimits}, until they are closed. Where there is no room for one
 * more, the oldest goes that has not sent a request: a viewer sends its first one at once, so it is strangers that wait for long.
 * Thread-safe.
 */
final class Admission {
    private final int limit;
    private final AddressCounts addresses;
    /** Those that have not sent a request, each with what drops it, the oldest first. */
    private final SequencedMap<Place, Runnable> silent = new LinkedHashMap<>();
    private int connections;

    /** Of one connection that counts. */
    static final class Place {
        /** It does not count any more. */
        private boolean left;

        private Place() {}
    }

    Admission(HttpLimits limits) {
        limit = limits.connections();
        addresses = new AddressCounts(limits.perAddress());
    }

    /**
     * A connection comes, and counts until it is closed; returns null if there is no room for it.
     *
     * @param drop called once at most, if it has to make room itself, by any thread
     */
    Place enter(Channel channel, Runnable drop) {
        Place place = new Place();
        Runnable oldest = null;
        synchronized (this) {
            if (connections >= limit) {
                Map.Entry<Place, Runnable> first = silent.pollFirstEntry();
                if (first == null) {
                    return null;
                }
                leave(first.getKey());
                oldest = first.getValue();
            }
            connections++;
            silent.put(place, drop);
        }
        channel.closeFuture().addListener(_ -> leave(place));
        if (oldest != null) {
            oldest.run();
        }
        return place;
    }

    /** It has sent a request, and makes room for nobody any more. */
    synchronized void asked(Place place) {
        silent.remove(place);
    }

    private synchronized void leave(Place place) {
        if (!place.left) {
            place.left = true;
            connections--;
            silent.remove(place);
        }
    }

    /** Its address is known; false if there is no room for it, and then it does not count. */
    boolean admits(Channel channel, InetAddress address) {
        if (!addresses.enter(address)) {
            return false;
        }
        channel.closeFuture().addListener(_ -> addresses.leave(address));
        return true;
    }

    /** Connections that count. */
    synchronized int size() {
        return connections;
    }

    /** Addresses that have a connection. */
    int addresses() {
        return addresses.size();
    }
}
