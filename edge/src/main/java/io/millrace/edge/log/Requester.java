package io.millrace.edge.log;

import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * The client, or clients, on whose behalf the log is read. Their addresses take turns, and a read is dropped once all
 * its requesters have left. Thread-safe.
 */
public sealed interface Requester permits Requester.One, RequesterGroup {
    /** The edge itself, for reads that serve many clients or none. */
    One EDGE = of("", () -> false);

    /**
     * Returns one client.
     *
     * @param address IPv4 address or IPv6 /64; all clients with the same address share turns and limits
     * @param gone returns whether the client has left; called on any thread
     */
    static One of(String address, BooleanSupplier gone) {
        return new One(address, gone);
    }

    /** Adds the addresses of the clients that still wait to {@code addresses}. Returns false if all have left. */
    boolean collect(Set<String> addresses);

    /** One client. Immutable. */
    record One(String address, BooleanSupplier gone) implements Requester {
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
