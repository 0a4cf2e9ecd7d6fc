package io.millrace.launcher.push;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Reads of a whole range of a file. */
final class FileBytes {
    private FileBytes() {}

    /** {@code sizeBytes} bytes from {@code position}, or an {@link EOFException} if the file is shorter. */
    static ByteBuffer read(FileChannel channel, long position, int sizeBytes) throws IOException {
        if (position > channel.size() - sizeBytes) {
            throw new EOFException("it is cut short: " + sizeBytes + " bytes at " + position + " are missing");
        }
        var bytes = ByteBuffer.allocate(sizeBytes);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new EOFException("it became shorter while it was read");
            }
        }
        return bytes.flip();
    }
}
