package io.millrace.launcher.cluster;

import io.millrace.launcher.RequiredTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The clock of one process, which can jump while it runs: by libfaketime. Confined to one thread. */
final class NodeClock {
    private static final String LIBRARY = "faketime/libfaketime.so.1";

    private final Path file;

    /** Creates a clock that is right. */
    NodeClock(Path dir, String name) throws IOException {
        file = dir.resolve(name + ".clock");
        jump(Duration.ZERO);
    }

    /** Makes the clock wrong by {@code offset}, which may be negative. The process notices within a second. */
    void jump(Duration offset) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(next, "%+d\n".formatted(offset.toSeconds()));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Whether the library is installed; prints what it needs. */
    static boolean isAvailable() {
        return RequiredTool.isThere(library().isPresent(),
                "jumps of clocks need libfaketime (Debian: apt-get install libfaketime)");
    }

    /** Returns the environment of the process. */
    Map<String, String> environment() {
        return Map.of("LD_PRELOAD", library().orElseThrow().toString(), "FAKETIME_TIMESTAMP_FILE", file.toString(),
                "FAKETIME_CACHE_DURATION", "1", "FAKETIME_DONT_FAKE_MONOTONIC", "1", "NO_FAKE_STAT", "1",
                // With the fix, waits of the JVM end early: it uses the monotonic clock for them, as it should.
                "FAKETIME_FORCE_MONOTONIC_FIX", "0");
    }

    private static Optional<Path> library() {
        try (Stream<Path> directories = Files.list(Path.of("/usr/lib"))) {
            return directories.map(directory -> directory.resolve(LIBRARY)).filter(Files::isReadable).findFirst();
        } catch (IOException _) {
            return Optional.empty();
        }
    }
}
