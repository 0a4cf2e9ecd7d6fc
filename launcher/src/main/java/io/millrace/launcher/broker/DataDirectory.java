package io.millrace.launcher.broker;

import io.millrace.platform.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The directory of {@code --data-dir}, locked for this process until it is closed. The operating system holds the lock,
 * and releases it however the process ends.
 */
final class DataDirectory implements AutoCloseable {
    private static final String LOCK_FILE = "millrace.lock";
    /** Limit of the bytes that are read from the lock file, which contains a process id. */
    private static final int HOLDER_BYTES = 32;

    private final Path path;
    private final FileChannel lockFile;

    private DataDirectory(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /**
     * Creates the directory if necessary, and locks it.
     *
     * @throws UserError if the directory cannot be created or written, or is in use
     */
    static DataDirectory open(Path path) {
        try {
            create(path);
            FileChannel file = FileChannel.open(path.resolve(LOCK_FILE), StandardOpenOption.CREATE,
                    StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                lock(path, file);
                return new DataDirectory(path, file);
            } catch (IOException | UserError e) {
                file.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UserError("cannot write to the data directory " + path + ": " + reason(e)
                    + "; choose another directory with --data-dir", e);
        }
    }

    /** Returns the directory of Kafka's log. */
    Path kafka() {
        return path.resolve("kafka").toAbsolutePath().normalize();
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }

    /**
     * Creates the directory with access for its owner only, because it will contain published media. Does not change an
     * existing directory.
     */
    private static void create(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return;
        }
        Path parent = path.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        if (Files.getFileStore(parent == null ? path : parent)
                .supportsFileAttributeView(PosixFileAttributeView.class)) {
            Files.createDirectories(path, PosixFilePermissions
                    .asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectories(path);
        }
    }

    private static void lock(Path path, FileChannel file) throws IOException {
        FileLock lock = null;
        try {
            lock = file.tryLock();
        } catch (OverlappingFileLockException e) {
            // This process has already locked it; reported in the same way.
        }
        if (lock == null) {
            throw new UserError("the data directory " + path + " is in use by process " + holder(file)
                    + "; stop that process, or choose another directory with --data-dir");
        }
        file.truncate(0);
        file.write(ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
    }

    private static String holder(FileChannel file) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(HOLDER_BYTES);
        file.read(text, 0);
        return new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII);
    }

    private static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "permission denied for " + denied.getFile();
            case FileAlreadyExistsException file -> file.getFile() + " is not a directory";
            case FileSystemException system -> system.getReason() == null
                    ? system.getFile() + " cannot be created"
                    : system.getFile() + ": " + system.getReason();
            default -> e.getMessage();
        };
    }
}
