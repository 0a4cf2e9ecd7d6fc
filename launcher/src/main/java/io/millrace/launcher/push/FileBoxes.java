package io.millrace.launcher.push;

import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.mp4.BoxHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A cursor over the outermost boxes of an MP4 file; reads their heads only. Confined to one thread. */
final class FileBoxes {
    private final FileChannel channel;
    private long position;
    private long next;
    private BoxHeader header;

    FileBoxes(FileChannel channel) {
        this.channel = channel;
    }

    /** Steps to the next box; returns false after the last one. A box that the end of the file cuts is malformed. */
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

    /** Where the box begins in the file. */
    long position() {
        return position;
    }

    /** Reads the content of the box. */
    ByteBuffer payload(int maxBytes) throws IOException {
        long sizeBytes = header.sizeBytes() - header.headerBytes();
        if (sizeBytes > maxBytes) {
            throw new OverLimitException(header.type(), "size", sizeBytes, maxBytes);
        }
        return FileBytes.read(channel, position + header.headerBytes(), (int) sizeBytes);
    }
}
