package io.millrace.platform;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A stage that hands its work over to others before it is closed. Thread-safe. */
public interface Drainable {
    /**
     * Stops accepting new work and hands over current work. Returns immediately; {@code close} is called afterwards in
     * any case.
     *
     * @param limit how long the caller waits
     * @return completes when there is nothing left to wait for
     */
    CompletableFuture<Void> drain(Duration limit);
}
