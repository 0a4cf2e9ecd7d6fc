package io.millrace.media.mp4;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import java.nio.ByteBuffer;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * A cursor over the boxes in the payload of another one. Copies nothing. Confined to one thread.
 */
final class Boxes {
    private final ByteBuffer in;
    private BoxHeader header;
    private ByteBuffer payload;

    Boxes(ByteBuffer payload) {
        this.in = payload.duplicate();
    }

    /** Steps to the next box; false behind the last one. QuickTime ends some lists with four zero bytes. */
    boolean next() {
        if (in.remaining() < BoxHeader.MIN_BYTES) {
            return false;
        }
        header = BoxHeader.parse(in, in.remaining());
        int size = (int) header.sizeBytes() - header.headerBytes();
        payload = in.slice(in.position(), size);
        in.position(in.position() + size);
        return true;
    }

    String type() {
        return header.type();
    }

    ByteBuffer payload() {
        if (payload == null) {
            throw new NoSuchElementException("before the first box");
        }
        return payload.duplicate();
    }

    /** The payload of the first box of {@code type}. */
    static Optional<ByteBuffer> find(ByteBuffer parent, String type) {
        var boxes = new Boxes(parent);
        while (boxes.next()) {
            if (boxes.type().equals(type)) {
                return Optional.of(boxes.payload());
            }
        }
        return Optional.empty();
    }

    /** As {@link #find}, for a box that must be there. */
    static ByteBuffer need(ByteBuffer parent, String parentType, String type) {
        return find(parent, type).orElseThrow(() -> new MalformedException(parentType, type, "is missing"));
    }

    /** A reader of a full box behind its version and flags. */
    static ByteReader fullBox(String type, ByteBuffer payload) {
        var in = new ByteReader(type, payload);
        in.skip(4, "version");
        return in;
    }

    /** The version of a full box. */
    static int version(String type, ByteBuffer payload) {
        return new ByteReader(type, payload.duplicate()).uint8("version");
    }

    /** The flags of a full box. */
    static int flags(String type, ByteBuffer payload) {
        return new ByteReader(type, payload.duplicate()).int32("flags") & 0xFF_FFFF;
    }
}
