package io.millrace.launcher.cluster;

import io.millrace.launcher.RequiredTool;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

/**
 * A file system of its own, which can be filled up. In memory, so that nothing of it is left. Needs root. Confined to
 * one thread.
 */
final class SmallDisk implements AutoCloseable {
    private static final int BLOCK_BYTES = 4096;
    private static final int FEW_BLOCKS = 256;

    private final Path directory;
    private final Path filler;

    /** Whether this process may mount a file system; prints what it needs. */
    static boolean isPermitted() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("disk");
        boolean permitted = mount(directory, 1);
        if (permitted) {
            run("umount", directory.toString());
        }
        Files.delete(directory);
        return RequiredTool.isThere(permitted, "disks that fill up need permission to mount a file system; run it as "
                + "root");
    }

    /** Mounts a file system. */
    SmallDisk(Path directory, int megabytes) throws IOException, InterruptedException {
        this.directory = Files.createDirectories(directory);
        filler = directory.resolve("filler");
        if (!mount(directory, megabytes)) {
            throw new IOException("cannot mount a file system on " + directory);
        }
    }

    Path directory() {
        return directory;
    }

    long freeBytes() throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    /** Writes until at most {@code freeBytes} are left. */
    void fill(long freeBytes) throws IOException {
        try (OutputStream out = Files.newOutputStream(filler, CREATE, APPEND)) {
            for (long more = freeBytes() - freeBytes; more > 0; more = freeBytes() - freeBytes) {
                out.write(new byte[more > FEW_BLOCKS * BLOCK_BYTES ? FEW_BLOCKS * BLOCK_BYTES : BLOCK_BYTES]);
            }
        } catch (IOException e) {
            if (freeBytes() > 0) {
                throw e;
            }
        }
    }

    /** Frees what {@link #fill} has taken. */
    void free() throws IOException {
        Files.deleteIfExists(filler);
    }

    @Override
    public void close() throws IOException {
        try {
            // Lazily: processes of the test may still be ending.
            run("umount", "-l", directory.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static boolean mount(Path directory, int megabytes) throws IOException, InterruptedException {
        return run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "millrace-test",
                directory.toString()) == 0;
    }

    private static int run(String... line) throws IOException, InterruptedException {
        return new ProcessBuilder(line).inheritIO().start().waitFor();
    }
}
