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

    /** Returns the environment of the process. Without the library, the test is skipped with a message. */
    Map<String, String> environment() throws IOException {
        Optional<Path> library = library();
        RequiredTool.check(library.isPresent(),
                "needs libfaketime, which is not in /usr/lib; install it (Debian: apt-get install libfaketime)");
        return Map.of("LD_PRELOAD", library.orElseThrow().toString(), "FAKETIME_TIMESTAMP_FILE", file.toString(),
                "FAKETIME_CACHE_DURATION", "1", "FAKETIME_DONT_FAKE_MONOTONIC", "1", "NO_FAKE_STAT", "1",
                // With the fix, waits of the JVM end early: it uses the monotonic clock for them, as it should.
                "FAKETIME_FORCE_MONOTONIC_FIX", "0");
    }

    private static Optional<Path> library() throws IOException {
        try (Stream<Path> directories = Files.list(Path.of("/usr/lib"))) {
            return directories.map(directory -> directory.resolve(LIBRARY)).filter(Files::isReadable).findFirst();
        }
    }
}
