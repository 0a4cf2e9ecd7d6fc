package io.millrace.tools.export;

import io.millrace.platform.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A file that gets its name only when it is complete. Until then it is {@code NAME.part}, which is locked, and which is
 * deleted if the export is abandoned. The part file of a killed process is deleted first, so the export always writes
 * to a file that it created and never to the target of a link. Confined to one thread.
 */
final class PartFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 20;
    /** Block size of {@link #insertInFront}. */
    private static final int MOVE_BYTES = 8 << 20;

    private final Path file;
    private final Path part;
    private final boolean replace;
    /**
     * The deleted part file of a killed export, or null. It stays locked, so that no other export takes it over
     * meanwhile.
     */
    private final FileChannel leftover;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private long writtenBytes;
    private boolean whole;

    private PartFile(Path file, Path part, boolean replace, FileChannel leftover, FileChannel channel) {
        this.file = file;
        this.part = part;
        this.replace = replace;
        this.leftover = leftover;
        this.channel = channel;
    }

    /**
     * Creates the part file.
     *
     * @param replace whether to overwrite an existing file
     * @throws UserError if the file exists and must not be overwritten, or cannot be written
     */
    static PartFile create(Path file, boolean replace) {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        if (Files.isDirectory(file)) {
            throw new UserError("cannot write " + file + ": it is a directory; name a file");
        }
        checkAbsent(file, replace);
        FileChannel leftover = null;
        try {
            leftover = takeLeftover(part);
            // CREATE_NEW fails if the path is a link, instead of following it.
            return new PartFile(file, part, replace, leftover, lockedOrClosed(part, FileChannel.open(part,
                    StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)));
        } catch (FileAlreadyExistsException e) {
            close(leftover);
            throw otherExport(part);
        } catch (IOException e) {
            close(leftover);
            throw new UserError("cannot write " + part + ": " + reason(e), e);
        } catch (UserError e) {
            close(leftover);
            throw e;
        }
    }

    /** Deletes the part file of a killed export, and nothing else. Returns it locked, or null if there is none. */
    private static FileChannel takeLeftover(Path part) throws IOException {
        BasicFileAttributes there;
        try {
            there = Files.readAttributes(part, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException _) {
            return null;
        }
        if (!there.isRegularFile()) {
            throw new UserError("cannot write " + part + ": it exists and is not a regular file "
                    + "(perhaps a link); remove it, or name another file");
        }
        FileChannel leftover = lockedOrClosed(part, FileChannel.open(part, StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS));
        try {
            Files.delete(part);
            return leftover;
        } catch (IOException e) {
            leftover.close();
            throw e;
        }
    }

    private static FileChannel lockedOrClosed(Path part, FileChannel channel) throws IOException {
        if (locked(channel)) {
            return channel;
        }
        channel.close();
        throw otherExport(part);
    }

    private static UserError otherExport(Path part) {
        return new UserError("another export is writing " + part + "; wait for it, or name another file");
    }

    private static void close(FileChannel leftover) {
        if (leftover != null) {
            try {
                leftover.close();
            } catch (IOException _) {
                // The file is deleted, and nothing was written to it.
            }
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException _) {
            return false;
        }
    }

    private static void checkAbsent(Path file, boolean replace) {
        if (!replace && Files.exists(file)) {
            throw new UserError(file + " already exists; name another file, or overwrite it with --force");
        }
    }

    private static String reason(IOException e) {
        String why = switch (e) {
            case NoSuchFileException _ -> "there is no such directory; create it first";
            case AccessDeniedException _ -> "access is denied; name a file that you may write";
            case FileSystemException error when error.getReason() != null -> error.getReason();
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
        return why.startsWith("No space") ? why + "; free some space and export again" : why;
    }

    Path part() {
        return part;
    }

    /** Whether a killed export had left a part file, which has been deleted. */
    boolean hadLeftover() {
        return leftover != null;
    }

    /** Position after the bytes written so far. */
    long writtenBytes() {
        return writtenBytes;
    }

    /** Appends the remaining bytes of {@code bytes}, without changing its position. */
    void write(ByteBuffer bytes) {
        writtenBytes += bytes.remaining();
        ByteBuffer in = bytes.duplicate();
        if (in.remaining() > buffer.remaining()) {
            flush();
        }
        if (in.remaining() > buffer.remaining()) {
            writeFully(in);
        } else {
            buffer.put(in);
        }
    }

    private void flush() {
        writeFully(buffer.flip());
        buffer.clear();
    }

    private void writeFully(ByteBuffer in) {
        try {
            while (in.hasRemaining()) {
                channel.write(in);
            }
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** Inserts {@code head} at the start of the file, after moving all written bytes back by its length, last block first. */
    void insertInFront(ByteBuffer head) {
        flush();
        int headBytes = head.remaining();
        ByteBuffer block = ByteBuffer.allocateDirect(MOVE_BYTES);
        try {
            for (long end = writtenBytes; end > 0;) {
                int sizeBytes = (int) Math.min(MOVE_BYTES, end);
                end -= sizeBytes;
                block.clear().limit(sizeBytes);
                while (block.hasRemaining() && channel.read(block, end + block.position()) >= 0) {
                    // Read until the block is full.
                }
                put(block.flip(), end + headBytes);
            }
            put(head.duplicate(), 0);
            writtenBytes += headBytes;
            channel.position(writtenBytes);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private void put(ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    /** Overwrites previously written bytes. */
    void patch(ByteBuffer bytes, long position) {
        flush();
        try {
            put(bytes.duplicate(), position);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** Completes the file: syncs it to disk and renames it. */
    void finish() {
        flush();
        try {
            channel.force(true);
            checkAbsent(file, replace);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            whole = true;
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private UserError unwritable(IOException e) {
        return new UserError("cannot write " + part + ": " + reason(e), e);
    }

    /** Deletes the part file if it is not complete. */
    @Override
    public void close() {
        try (channel) {
            if (!whole) {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw unwritable(e);
        } finally {
            close(leftover);
        }
    }
}
