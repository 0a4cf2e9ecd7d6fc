package io.millrace.platform.access;

import io.millrace.platform.WatchedFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** The key set in a file, which is read again when it changes. Thread-safe. */
final class JwtKeyFile implements JwtKeys {
    private final WatchedFiles<JwtVerifier> verifier;
    private final Executor threads;

    /**
     * Opens the file.
     *
     * @param threads verify tokens
     * @throws io.millrace.platform.UserError if it cannot be read or is not valid
     */
    JwtKeyFile(Path file, JwtClaimRules claims, Executor threads) {
        this.threads = threads;
        verifier = WatchedFiles.open("the key set", List.of(file),
                contents -> JwtVerifier.parse(new String(contents.getFirst(), StandardCharsets.UTF_8), claims));
    }

    @Override
    public CompletableFuture<JwtResult> verify(String token) {
        JwtVerifier current = verifier.get();
        return current.known(token).map(CompletableFuture::completedFuture)
                .orElseGet(() -> CompletableFuture.supplyAsync(() -> current.verify(token), threads));
    }

    @Override
    public void reloadIfChanged() {
        verifier.reloadIfChanged();
    }

    @Override
    public void close() {
        verifier.close();
    }
}
