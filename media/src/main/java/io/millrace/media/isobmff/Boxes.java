package io.millrace.media.isobmff;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import java.nio.ByteBuffer;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Cursor over the boxes in the payload of another box (ISO/IEC 14496-12, 4.2), before the first box until {@link #next} is
 * called. Returns views of the given buffer instead of copies. Confined to one thread.
 */
public final class Boxes {
    private final ByteBuffer in;
    private final int start;
    private BoxHeader header;
    private ByteBuffer payload;

    public Boxes(ByteBuffer payload) {
        this.in = payload.duplicate();
        this.start = in.position();
    }

    /**
     * Advances to the next box; returns false after the last one. Ignores up to 7 bytes after the last box, because
     * QuickTime ends some lists with four zero bytes.
     *
     * @throws MalformedException if the size of the box is invalid, or exceeds the remaining bytes
     */
    public boolean next() {
        if (in.remaining() < BoxHeader.MIN_BYTES) {
            return false;
        }
        header = BoxHeader.parse(in, in.remaining());
        int size = (int) header.sizeBytes() - header.headerBytes();
        payload = in.slice(in.position(), size);
        in.position(in.position() + size);
        return true;
    }

    /** Returns the type of the current box; must not be called before {@link #next}. */
    public String type() {
        return header.type();
    }

    /** Returns the position after the current box, from the start of the boxes; 0 before the first one. */
    public int position() {
        return in.position() - start;
    }

    /** Returns a view of the payload of the current box; must not be called before {@link #next}. */
    public ByteBuffer payload() {
        if (payload == null) {
            throw new NoSuchElementException("before the first box");
        }
        return payload.duplicate();
    }

    /** Returns the payload of the first box of {@code type}, or empty if there is none. */
    public static Optional<ByteBuffer> find(ByteBuffer parent, String type) {
        var boxes = new Boxes(parent);
        while (boxes.next()) {
            if (boxes.type().equals(type)) {
                return Optional.of(boxes.payload());
            }
        }
        return Optional.empty();
    }

    /**
     * Returns the payload of a required box.
     *
     * @throws MalformedException if it is missing
     */
    public static ByteBuffer need(ByteBuffer parent, String parentType, String type) {
        return find(parent, type).orElseThrow(() -> new MalformedException(parentType, type, "is missing"));
    }

    /** Returns a reader of a full box, positioned after its version and flags. */
    public static ByteReader fullBox(String type, ByteBuffer payload) {
        var in = new ByteReader(type, payload);
        in.skip(4, "version");
        return in;
    }

    /** Returns the version of a full box. */
    public static int version(String type, ByteBuffer payload) {
        return new ByteReader(type, payload.duplicate()).uint8("version");
    }

    /** Returns the flags of a full box. */
    public static int flags(String type, ByteBuffer payload) {
        return new ByteReader(type, payload.duplicate()).int32("flags") & 0xFF_FFFF;
    }
}
