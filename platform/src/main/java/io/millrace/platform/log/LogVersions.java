package io.millrace.platform.log;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The versions of the log that this release can read, and the one that this process writes. A release reads all
 * versions up to its newest one. It writes the version before that until the operator finalizes the newest one, so that
 * nodes of the previous release can read everything until then. Version 1 was never released: it can be read, but a new
 * log begins with version 2. Thread-safe; one state per process.
 */
public final class LogVersions {
    /** Names of the versions, oldest first, which are also the names of the folders with their schemas. */
    static final List<String> NAMES = names();
    /** The version of a log in which no other version has been finalized. */
    public static final int FIRST = 2;
    private static volatile int written = Math.max(FIRST, NAMES.size() - 1);

    private LogVersions() {}

    private static List<String> names() {
        try (InputStream in = LogVersions.class.getResourceAsStream("/avro/versions")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the newest version that this release can read. */
    public static int newest() {
        return NAMES.size();
    }

    /** Returns the version that this process writes. */
    public static int written() {
        return written;
    }

    /**
     * Makes this process write {@code version} from now on, but at most the newest one that this release can read. Has
     * no effect if the process writes that version or a later one already.
     */
    public static synchronized void raiseTo(int version) {
        written = Math.clamp(version, written, newest());
    }
}
