package io.millrace.platform;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A stage that lets go of its work before it is closed, so that others take it over. Thread-safe. */
public interface Drainable {
    /**
     * Takes no new work and hands on what it has. Returns at once; {@code close} comes after it in any case.
     *
     * @param limit how long it is waited for
     * @return done when there is nothing left to wait for
     */
    CompletableFuture<Void> drain(Duration limit);
}
