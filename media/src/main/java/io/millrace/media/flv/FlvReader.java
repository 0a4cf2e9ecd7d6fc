package io.millrace.media.flv;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads an FLV stream incrementally from input of any size; {@link FlvHeader} and {@link FlvTag} document the layouts.
 *
 * <p>Confined to one thread. PreviousTagSize is not verified: writers get it wrong and it is not needed. Limits: the
 * body size given to the constructor and {@link #MAX_HEADER_BYTES}. Memory grows as bytes arrive, regardless of the
 * declared size.
 */
public final class FlvReader {
    /** Maximum size of a file header including extensions; every known one has 9 bytes. */
    public static final int MAX_HEADER_BYTES = 1024;
    /** Initial capacity of a body, enough for most. */
    private static final int FIRST_CAPACITY_BYTES = 16 * 1024;

    private enum State { HEADER, HEADER_EXTENSION, BACK_POINTER, TAG_HEADER, BODY }

    private final int maxBodyBytes;
    private State state = State.HEADER;
    private byte[] bytes = new byte[FlvTag.HEADER_BYTES];
    private int filled;
    private int wanted = FlvHeader.SIZE_BYTES;
    private FlvHeader header;
    private FlvTag.Type type;
    private int timestampMs;

    /** @param maxBodyBytes the largest body that is accepted */
    public FlvReader(int maxBodyBytes) {
        this.maxBodyBytes = maxBodyBytes;
    }

    /**
     * Consumes {@code in} up to the end of the next tag's body and returns that tag, whose body has memory of its own,
     * or empty if {@code in} ends before. To be called repeatedly until it returns empty.
     *
     * @throws io.millrace.media.bytes.MediaException if the stream is not FLV, is encrypted or exceeds a limit; the
     *     reader must not be used afterwards
     */
    public Optional<FlvTag> read(ByteBuffer in) {
        while (fill(in)) {
            switch (state) {
                case HEADER -> readHeader();
                case HEADER_EXTENSION -> expect(State.BACK_POINTER, FlvTag.TRAILER_BYTES);
                case BACK_POINTER -> expect(State.TAG_HEADER, FlvTag.HEADER_BYTES);
                case TAG_HEADER -> readTagHeader();
                case BODY -> {
                    return Optional.of(takeBody());
                }
            }
        }
        return Optional.empty();
    }

    /** Consumes all of {@code in} and returns the tags that end in it. */
    public List<FlvTag> readAll(ByteBuffer in) {
        List<FlvTag> tags = new ArrayList<>();
        for (Optional<FlvTag> tag = read(in); tag.isPresent(); tag = read(in)) {
            tags.add(tag.get());
        }
        return tags;
    }

    /** Returns the file header, or empty if it has not been read yet. */
    public Optional<FlvHeader> header() {
        return Optional.ofNullable(header);
    }

    /**
     * Returns whether the bytes read so far end with a complete tag (or the header); false means that the stream is
     * truncated.
     */
    public boolean isBetweenTags() {
        return switch (state) {
            case HEADER, HEADER_EXTENSION, BODY -> false;
            case BACK_POINTER -> true;
            case TAG_HEADER -> filled == 0;
        };
    }

    private boolean fill(ByteBuffer in) {
        int count = Math.min(in.remaining(), wanted - filled);
        if (filled + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(wanted, Math.max(bytes.length * 2, filled + count)));
        }
        in.get(bytes, filled, count);
        filled += count;
        return filled == wanted;
    }

    private void expect(State next, int sizeBytes) {
        state = next;
        filled = 0;
        wanted = sizeBytes;
    }

    private void readHeader() {
        var in = ByteBuffer.wrap(bytes, 0, wanted);
        int signature = in.getInt();
        if (signature >>> 8 != ('F' << 16 | 'L' << 8 | 'V')) {
            throw MalformedException.value("FLVHeader", "Signature", "%06x".formatted(signature >>> 8), "'FLV'");
        }
        if ((signature & 0xFF) != 1) {
            throw new UnsupportedException("FLVHeader", "Version", signature & 0xFF, "1");
        }
        int flags = in.get();
        long offset = in.getInt() & 0xFFFF_FFFFL;
        if (offset < FlvHeader.SIZE_BYTES) {
            throw MalformedException.value("FLVHeader", "DataOffset", offset, "9 or more");
        }
        if (offset > MAX_HEADER_BYTES) {
            throw new OverLimitException("FLVHeader", "DataOffset", offset, MAX_HEADER_BYTES);
        }
        header = new FlvHeader((flags & FlvHeader.AUDIO_FLAG) != 0, (flags & FlvHeader.VIDEO_FLAG) != 0);
        expect(State.HEADER_EXTENSION, (int) offset - FlvHeader.SIZE_BYTES);
    }

    private void readTagHeader() {
        var in = ByteBuffer.wrap(bytes, 0, wanted);
        int typeAndSize = in.getInt();
        int size = typeAndSize & FlvTag.MAX_BODY_BYTES;
        if (size > maxBodyBytes) {
            throw new OverLimitException("FLVTAG", "DataSize", size, maxBodyBytes);
        }
        type = type(typeAndSize >>> 24);
        timestampMs = Integer.rotateRight(in.getInt(), 8);
        bytes = new byte[Math.min(size, FIRST_CAPACITY_BYTES)];
        expect(State.BODY, size);
    }

    private static FlvTag.Type type(int code) {
        return switch (code) {
            case 8 -> FlvTag.Type.AUDIO;
            case 9 -> FlvTag.Type.VIDEO;
            case 15 -> FlvTag.Type.SCRIPT_AMF3;
            case 18 -> FlvTag.Type.SCRIPT;
            default -> throw new UnsupportedException("FLVTAG", "TagType", code, "8, 9, 15 and 18, unencrypted");
        };
    }

    private FlvTag takeBody() {
        var tag = new FlvTag(type, timestampMs, ByteBuffer.wrap(bytes, 0, wanted).slice());
        bytes = new byte[FlvTag.HEADER_BYTES];
        expect(State.BACK_POINTER, FlvTag.TRAILER_BYTES);
        return tag;
    }
}
