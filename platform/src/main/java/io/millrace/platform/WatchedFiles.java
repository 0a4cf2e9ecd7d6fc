package io.millrace.platform;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value that is parsed from files, and parsed again when their contents change. An invalid change is logged once, and
 * the previous value remains in use. Contents are compared rather than modification times, because certbot and
 * Kubernetes replace symbolic links.
 *
 * <p>Thread-safe. Files are read on a thread of this class.
 */
public final class WatchedFiles<T> implements Supplier<T>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedFiles.class);
    private static final int PERIOD_SECONDS = 5;
    /** A certificate has a few kB, a hundred thousand stream keys a few MB. */
    private static final int LIMIT_BYTES = 16 << 20;

    private final String what;
    private final List<Path> files;
    private final Parser<T> parser;
    private final ScheduledExecutorService timer;
    /** The contents from which {@code value} was parsed. */
    private List<byte[]> seen;
    /** The error that was logged last; empty if there has been none since the last success. */
    private String complaint = "";
    private volatile T value;

    /** Parses the value. */
    @FunctionalInterface
    public interface Parser<T> {
        /**
         * Parses the contents of the files.
         *
         * @param contents contents of the files, in their order
         * @throws IllegalArgumentException if the contents are invalid. The message, like that of the other exceptions,
         *     must not contain a secret
         */
        T parse(List<byte[]> contents) throws IOException, GeneralSecurityException;
    }

    private WatchedFiles(String what, List<Path> files, Parser<T> parser, List<byte[]> seen, T value) {
        this.what = what;
        this.files = files;
        this.parser = parser;
        this.seen = seen;
        this.value = value;
        this.timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("watch " + files.getFirst().getFileName()).daemon().factory());
        timer.scheduleWithFixedDelay(this::reloadIfChanged, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    /**
     * Reads the files and starts to watch them. Blocks while it reads.
     *
     * @param what name of the contents for messages, such as {@code the certificate}
     * @throws UserError if a file cannot be read, or the parser rejects the contents
     */
    public static <T> WatchedFiles<T> open(String what, List<Path> files, Parser<T> parser) {
        try {
            List<byte[]> contents = read(files);
            return new WatchedFiles<>(what, List.copyOf(files), parser, contents, parser.parse(contents));
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new UserError(sentence(what, files, e), e);
        }
    }

    @Override
    public T get() {
        return value;
    }

    /** Checks the files now, in addition to the periodic checks. Returns whether there is a new value. */
    public synchronized boolean reloadIfChanged() {
        try {
            List<byte[]> contents = read(files);
            if (same(contents, seen)) {
                complaint = "";
                return false;
            }
            value = parser.parse(contents);
            seen = contents;
            complaint = "";
            LOG.info("reloaded {} in {}", what, names(files));
            return true;
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            String sentence = sentence(what, files, e);
            if (!sentence.equals(complaint)) {
                complaint = sentence;
                LOG.warn("{}; the previous contents remain in use", sentence);
            }
            return false;
        }
    }

    /** Like {@link #reloadIfChanged}, but contents that are still invalid are logged again. */
    public synchronized boolean reload() {
        complaint = "";
        return reloadIfChanged();
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private static List<byte[]> read(List<Path> files) throws IOException {
        List<byte[]> contents = new ArrayList<>(files.size());
        for (Path file : files) {
            try (InputStream in = Files.newInputStream(file)) {
                byte[] bytes = in.readNBytes(LIMIT_BYTES + 1);
                if (bytes.length > LIMIT_BYTES) {
                    throw new IOException(file + " is larger than " + (LIMIT_BYTES >> 20) + " MiB");
                }
                contents.add(bytes);
            }
        }
        return contents;
    }

    private static boolean same(List<byte[]> one, List<byte[]> other) {
        return Arrays.deepEquals(one.toArray(), other.toArray());
    }

    private static String sentence(String what, List<Path> files, Exception e) {
        // There may be several files, so the reason names the one that failed.
        String why = switch (e) {
            case NoSuchFileException none -> "there is no " + none.getFile();
            case AccessDeniedException denied -> "access to " + denied.getFile() + " is denied";
            default -> FileFault.reason(e);
        };
        return what + " in " + names(files) + " cannot be used: " + why;
    }

    private static String names(List<Path> files) {
        return files.stream().map(Path::toString).collect(Collectors.joining(" and "));
    }
}
