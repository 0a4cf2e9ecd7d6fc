package io.millrace.platform;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A stage that hands its work over to others before it is closed. Thread-safe. */
public interface Drainable {
    /**
     * Stops accepting new work and hands over current work. Returns immediately; {@code close} is called afterwards in
     * any case.
     *
     * @param limit how long the caller waits for the result
     * @return completes when nothing remains to be handed over
     */
    CompletableFuture<Void> drain(Duration limit);
}
