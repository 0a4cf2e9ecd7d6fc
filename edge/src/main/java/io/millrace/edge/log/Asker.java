package io.millrace.edge.log;

import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * For whom the log is read: readers take turns by address, and a read that nobody waits for any more is not made. Called on
 * any thread.
 */
public sealed interface Asker permits Asker.One, Askers {
    /** The edge itself. */
    One EDGE = of("", () -> false);

    /**
     * One client.
     *
     * @param address IPv4 address or IPv6 /64; all clients of one share turns and limits
     * @param gone whether the client has left; called on any thread
     */
    static One of(String address, BooleanSupplier gone) {
        return new One(address, gone);
    }

    /** Adds the addresses of the clients that still wait to {@code addresses}. Returns false if all have left. */
    boolean collect(Set<String> addresses);

    /** One client. Immutable. */
    record One(String address, BooleanSupplier gone) implements Asker {
        @Override
        public boolean collect(Set<String> addresses) {
            boolean waits = !gone.getAsBoolean();
            if (waits) {
                addresses.add(address);
            }
            return waits;
        }
    }
}
