package io.millrace.platform.rtmp;

import io.millrace.platform.net.AddressCounts;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** How many connections there are, of all listeners of a server, against {@link ConnectionLimits}. Thread-safe. */
final class ConnectionCounts {
    private final ConnectionLimits limits;
    /** Each with what drops it, the oldest first. */
    private final SequencedMap<Place, Runnable> unauthenticated = new LinkedHashMap<>();
    private final AddressCounts addresses;

    /** Of a connection that has not identified itself. */
    static final class Place {
        private Place() {}
    }

    ConnectionCounts(ConnectionLimits limits) {
        this.limits = limits;
        addresses = new AddressCounts(limits.perAddress());
    }

    /**
     * A connection comes. Where there is no room for it the oldest goes: an encoder says at once what it came for, so it is
     * strangers that wait for long.
     *
     * @param drop called once if it has to go itself, by any thread
     */
    Place enter(Runnable drop) {
        Place place = new Place();
        Runnable oldest = null;
        synchronized (unauthenticated) {
            unauthenticated.put(place, drop);
            if (unauthenticated.size() > limits.unauthenticated()) {
                oldest = unauthenticated.pollFirstEntry().getValue();
            }
        }
        if (oldest != null) {
            oldest.run();
        }
        return place;
    }

    /** It publishes or plays, or is gone. */
    void leave(Place place) {
        synchronized (unauthenticated) {
            unauthenticated.remove(place);
        }
    }

    /** Its address is known; false if there is no room for it, and then it does not count. */
    boolean enter(InetAddress address) {
        return addresses.enter(address);
    }

    /** It is gone. */
    void leave(InetAddress address) {
        addresses.leave(address);
    }

    /** Addresses that have a connection. */
    int addresses() {
        return addresses.size();
    }
}
