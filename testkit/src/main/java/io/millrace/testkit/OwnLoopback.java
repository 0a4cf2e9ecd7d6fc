package io.millrace.testkit;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A loopback address for this process only, derived from the process id. Its ports are free, so no check is needed that
 * could be outdated when a port is bound. For ports that nodes and tools must know before they run. Linux only.
 */
public final class OwnLoopback {
    public static final String ADDRESS = address(ProcessHandle.current().pid());
    /** The port returned last. Starts below the range of ephemeral ports. */
    private static final AtomicInteger PORTS = new AtomicInteger(20_000);

    private OwnLoopback() {}

    /** Returns a port on {@link #ADDRESS} that no other call has returned. Thread-safe. */
    public static int nextPort() {
        return PORTS.incrementAndGet();
    }

    /** Returns {@code host:port} with a port of {@link #nextPort}. Thread-safe. */
    public static String next() {
        return ADDRESS + ":" + nextPort();
    }

    private static String address(long pid) {
        return "127.%d.%d.%d".formatted(64 + (pid >> 16 & 63), pid >> 8 & 255, 1 + pid % 254);
    }
}
