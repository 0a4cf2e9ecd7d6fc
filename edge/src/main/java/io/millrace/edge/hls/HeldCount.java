package io.millrace.edge.hls;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts held requests, in all and by network, within {@link HeldLimits}. Thread-safe. */
final class HeldCount {
    private final HeldLimits limits;
    private final AtomicInteger total = new AtomicInteger();
    private final Map<String, Integer> byNetwork = new ConcurrentHashMap<>();

    HeldCount(HeldLimits limits) {
        this.limits = limits;
    }

    int total() {
        return total.get();
    }

    /** Counts one more request of a network, which has to {@link #leave}. Returns false at the limit; then it does not count. */
    boolean enter(String network) {
        boolean fits = total.incrementAndGet() <= limits.total();
        fits &= byNetwork.merge(network, 1, Integer::sum) <= limits.perNetwork();
        if (!fits) {
            leave(network);
        }
        return fits;
    }

    void leave(String network) {
        total.decrementAndGet();
        byNetwork.computeIfPresent(network, (_, count) -> count == 1 ? null : count - 1);
    }
}
