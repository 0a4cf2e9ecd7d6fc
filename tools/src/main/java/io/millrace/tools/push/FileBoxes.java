package io.millrace.tools.push;

import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.isobmff.BoxHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A cursor over the top-level boxes of an MP4 file, which reads only their headers. Confined to one thread. */
final class FileBoxes {
    private final FileChannel channel;
    private long position;
    private long next;
    private BoxHeader header;

    FileBoxes(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Moves to the next box; returns false after the last one. A box that extends beyond the end of the file is
     * malformed.
     */
    boolean next() throws IOException {
        long left = channel.size() - next;
        if (left < BoxHeader.MIN_BYTES) {
            return false;
        }
        position = next;
        header = BoxHeader.parse(FileBytes.read(channel, position, (int) Math.min(BoxHeader.MAX_BYTES, left)), left);
        next = position + header.sizeBytes();
        return true;
    }

    String type() {
        return header.type();
    }

    /** Position of the box in the file. */
    long position() {
        return position;
    }

    /** Reads the payload of the box. */
    ByteBuffer payload(int maxBytes) throws IOException {
        long sizeBytes = header.sizeBytes() - header.headerBytes();
        if (sizeBytes > maxBytes) {
            throw new OverLimitException(header.type(), "size", sizeBytes, maxBytes);
        }
        return FileBytes.read(channel, position + header.headerBytes(), (int) sizeBytes);
    }
}
