package io.millrace.tools.push;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Reads a range of a file completely. */
final class FileBytes {
    private FileBytes() {}

    /** Returns {@code sizeBytes} bytes from {@code position}. Throws {@link EOFException} if the file is shorter. */
    static ByteBuffer read(FileChannel channel, long position, int sizeBytes) throws IOException {
        if (position > channel.size() - sizeBytes) {
            throw new EOFException("it is truncated: " + sizeBytes + " bytes at " + position + " are missing");
        }
        var bytes = ByteBuffer.allocate(sizeBytes);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new EOFException("it was truncated while it was read");
            }
        }
        return bytes.flip();
    }
}
