package io.millrace.platform.access;

import java.util.concurrent.CompletableFuture;

/** The key set by which JSON Web Tokens are verified, from a file or a URL. Thread-safe; never blocks. */
interface JwtKeys extends AutoCloseable {
    /**
     * Verifies a token, on another thread unless the result is known. Completes within seconds and never exceptionally.
     */
    CompletableFuture<JwtResult> verify(String token);

    /** Reads the keys again now if they have changed, in addition to the periodic checks. */
    void reloadIfChanged();

    @Override
    void close();
}
