package io.millrace.platform.net;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Counts the connections of a server against three limits: all connections, those of one address, and <i>pending</i>
 * connections, which have not yet done what clients connect for (sent a request, published or played). When a new
 * connection exceeds a limit, the oldest pending connection makes room: genuine clients are pending only briefly.
 *
 * <p>Thread-safe.
 */
public final class ConnectionAdmission {
    private int limit;
    private int pendingLimit;
    private final AddressCounts addresses;
    /** The pending connections, oldest first, each with the action that disconnects it. */
    private final SequencedMap<Place, Runnable> pending = new LinkedHashMap<>();
    private int connections;

    /**
     * @param limit maximum number of connections
     * @param pendingLimit maximum number of pending connections
     * @param perAddress maximum number of connections from one {@link PeerNetwork}
     * @throws IllegalArgumentException if a limit is less than 1: every connection is pending at first, so the server
     *     would refuse all connections
     */
    public ConnectionAdmission(int limit, int pendingLimit, int perAddress) {
        this.addresses = new AddressCounts(perAddress);
        limit(limit, pendingLimit, perAddress);
    }

    /**
     * Changes the limits. Connections that exceed a lower one stay.
     *
     * @throws IllegalArgumentException as the constructor
     */
    public final synchronized void limit(int newLimit, int newPendingLimit, int perAddress) {
        if (newLimit < 1 || newPendingLimit < 1 || perAddress < 1) {
            throw new IllegalArgumentException("a limit of "
                    + Math.min(newLimit, Math.min(newPendingLimit, perAddress)) + " connections refuses everyone");
        }
        limit = newLimit;
        pendingLimit = newPendingLimit;
        addresses.limit(perAddress);
    }

    /**
     * Admits a new connection as pending. If it exceeds a limit, disconnects the oldest pending connection; returns
     * empty if there is none. The caller must call {@link Place#leave} when the connection is closed.
     *
     * @param disconnect called at most once, on any thread, if this connection has to make room for another
     */
    public Optional<Place> enter(Runnable disconnect) {
        Place place = new Place();
        Runnable evicted = () -> {};
        synchronized (this) {
            if (connections >= limit || pending.size() >= pendingLimit) {
                Map.Entry<Place, Runnable> oldest = pending.pollFirstEntry();
                if (oldest == null) {
                    return Optional.empty();
                }
                uncount(oldest.getKey());
                evicted = oldest.getValue();
            }
            connections++;
            pending.put(place, disconnect);
        }
        evicted.run();
        return Optional.of(place);
    }

    /**
     * Admits one more exchange on a connection that was accepted, such as a stream of HTTP/2, and counts it as a
     * connection that is not pending. Returns empty if that would exceed the limit. The caller must call
     * {@link Place#leave} at its end.
     */
    public synchronized Optional<Place> enterIfRoom() {
        if (connections >= limit) {
            return Optional.empty();
        }
        connections++;
        return Optional.of(new Place());
    }

    private void uncount(Place place) {
        if (place.counted) {
            place.counted = false;
            connections--;
        }
    }

    /** Returns the number of connections that have a place and have not been disconnected to make room for another. */
    public synchronized int connections() {
        return connections;
    }

    /** Returns the number of {@link PeerNetwork}s that have a connection. */
    public int addresses() {
        return addresses.size();
    }

    /** The place of one connection, from {@link #enter} to {@link #leave}. */
    public final class Place {
        private boolean counted = true;
        private InetAddress address;

        private Place() {}

        /**
         * Counts the connection for its address. Returns false, and counts nothing, if the address has too many. To be
         * called at most once.
         */
        public boolean enter(InetAddress from) {
            if (!addresses.enter(from)) {
                return false;
            }
            synchronized (ConnectionAdmission.this) {
                address = from;
            }
            return true;
        }

        /** Marks the connection as no longer pending, so that it does not have to make room. */
        public void accepted() {
            synchronized (ConnectionAdmission.this) {
                pending.remove(this);
            }
        }

        /** Ends the place because the connection is closed. Further calls have no effect. */
        public void leave() {
            InetAddress left;
            synchronized (ConnectionAdmission.this) {
                pending.remove(this);
                uncount(this);
                left = address;
                address = null;
            }
            if (left != null) {
                addresses.leave(left);
            }
        }
    }
}
