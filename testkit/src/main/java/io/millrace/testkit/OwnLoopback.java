package io.millrace.testkit;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A loopback address for this process only, derived from its process id. Its ports are free, without a check that could
 * be outdated when a port is bound. For ports that nodes and tools must know of each other before they run. Linux only.
 */
public final class OwnLoopback {
    public static final String ADDRESS = address(ProcessHandle.current().pid());
    /** Below the range of ephemeral ports. */
    private static final AtomicInteger PORTS = new AtomicInteger(20_000);

    private OwnLoopback() {}

    /** Returns a port of {@link #ADDRESS} that no other caller gets. Thread-safe. */
    public static int nextPort() {
        return PORTS.incrementAndGet();
    }

    /** Returns {@code host:port} with such a port. Thread-safe. */
    public static String next() {
        return ADDRESS + ":" + nextPort();
    }

    private static String address(long pid) {
        return "127.%d.%d.%d".formatted(64 + (pid >> 16 & 63), pid >> 8 & 255, 1 + pid % 254);
    }
}
