package io.millrace.platform.log;

import io.millrace.media.remux.BodyReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads and writes the two record types that carry media, and copies the media at most once. Plain Avro binary (zig-zag
 * varints, enums as their index, bytes preceded by their length), with the payload last.
 *
 * <p>The field order is that of {@code Packet.avsc} and {@code Part.avsc}; a test compares the result with Avro's own
 * encoding.
 */
final class PayloadCodec {
    /** Space for the header and all small fields: nine varints of at most 10 bytes and the flags. */
    private static final int PREFIX_BYTES = 128;
    /** Space for a track that a part names: its kind and its number. */
    private static final int TRACK_BYTES = 6;
    private static final Packet.Kind[] KINDS = Packet.Kind.values();
    private static final Format[] FORMATS = Format.values();
    private static final byte[] PACKET_HEADER = RecordSchema.header(Schemas.PACKET.fingerprint());
    private static final byte[] PART_HEADER = RecordSchema.header(Schemas.PART.fingerprint());

    private PayloadCodec() {}

    static byte[] encode(Packet p) {
        byte[] prefix = new byte[PREFIX_BYTES];
        int at = put(prefix, 0, PACKET_HEADER);
        at = varint(prefix, at, p.session());
        at = varint(prefix, at, p.seq());
        at = varint(prefix, at, p.arrivalUs());
        at = varint(prefix, at, p.timestampMs());
        at = varint(prefix, at, p.compositionTimeMs());
        at = varint(prefix, at, p.kind().ordinal());
        at = varint(prefix, at, p.track());
        prefix[at++] = flag(p.isKeyframe());
        prefix[at++] = flag(p.isRecoveryPoint());
        prefix[at++] = flag(p.isConfig());
        at = varint(prefix, at, p.bodyFormat());
        return withPayload(prefix, at, p.body());
    }

    static byte[] encode(Part p) {
        byte[] prefix = new byte[PREFIX_BYTES + p.rendition().tracks().size() * TRACK_BYTES];
        int at = put(prefix, 0, PART_HEADER);
        at = varint(prefix, at, p.id().epoch());
        at = varint(prefix, at, p.id().segment());
        at = varint(prefix, at, p.id().part());
        at = rendition(prefix, at, p.rendition());
        return withPayload(prefix, at, p.bytes());
    }

    /** The format, and the tracks as one block of an array, which ends with an empty block. */
    private static int rendition(byte[] out, int position, RenditionId rendition) {
        int at = varint(out, position, rendition.format().ordinal());
        if (!rendition.tracks().isEmpty()) {
            at = varint(out, at, rendition.tracks().size());
            for (TrackId track : rendition.tracks()) {
                at = varint(out, at, track.kind().ordinal());
                at = varint(out, at, track.id());
            }
        }
        return varint(out, at, 0);
    }

    /** @param in positioned after the header */
    static Packet packet(ByteBuffer in) {
        return packet(in, true);
    }

    /**
     * Reads a packet of version 1, in which all bodies are FLV tag bodies.
     *
     * @param in positioned after the header
     */
    static Packet packetOfVersion1(ByteBuffer in) {
        return packet(in, false);
    }

    private static Packet packet(ByteBuffer in, boolean hasFormat) {
        return new Packet(varint(in), varint(in), varint(in), varint(in), Math.toIntExact(varint(in)),
                KINDS[Math.toIntExact(varint(in))], Math.toIntExact(varint(in)),
                Packet.Content.of(flag(in), flag(in), flag(in)), hasFormat ? varint(in) : BodyReader.FLV_TAG,
                payload(in));
    }

    /** @param in positioned after the header */
    static Part part(ByteBuffer in) {
        return new Part(new PartId(varint(in), varint(in), Math.toIntExact(varint(in))),
                rendition(in), payload(in));
    }

    private static RenditionId rendition(ByteBuffer in) {
        Format format = FORMATS[Math.toIntExact(varint(in))];
        long count = varint(in);
        if (count == 0) {
            return format == Format.TS ? RenditionId.TS : new RenditionId(format, List.of());
        }
        if (count < 0 || count > RenditionId.MAX_TRACKS) {
            throw new IllegalArgumentException("a rendition of " + count + " tracks");
        }
        List<TrackId> tracks = new ArrayList<>((int) count);
        for (int i = 0; i < count; i++) {
            tracks.add(new TrackId(KINDS[Math.toIntExact(varint(in))], Math.toIntExact(varint(in))));
        }
        if (varint(in) != 0) {
            throw new IllegalArgumentException("a list of tracks in several blocks");
        }
        return new RenditionId(format, tracks);
    }

    private static byte[] withPayload(byte[] prefix, int prefixBytes, ByteBuffer payload) {
        int size = payload.remaining();
        int at = varint(prefix, prefixBytes, size);
        byte[] record = new byte[at + size];
        System.arraycopy(prefix, 0, record, 0, at);
        payload.get(payload.position(), record, at, size);
        return record;
    }

    private static ByteBuffer payload(ByteBuffer in) {
        int size = Math.toIntExact(varint(in));
        if (size != in.remaining()) {
            throw new IllegalArgumentException("payload length " + size + ", remaining bytes " + in.remaining());
        }
        return in.slice();
    }

    private static int put(byte[] out, int at, byte[] bytes) {
        System.arraycopy(bytes, 0, out, at, bytes.length);
        return at + bytes.length;
    }

    private static int varint(byte[] out, int position, long value) {
        int at = position;
        long rest = value << 1 ^ value >> 63;
        while ((rest & ~0x7FL) != 0) {
            out[at++] = (byte) (rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        out[at++] = (byte) rest;
        return at;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte b = read(in);
            value |= (b & 0x7FL) << shift;
            if (b >= 0) {
                return value >>> 1 ^ -(value & 1);
            }
        }
        throw new IllegalArgumentException("a varint of more than 64 bits");
    }

    private static byte flag(boolean value) {
        return (byte) (value ? 1 : 0);
    }

    private static boolean flag(ByteBuffer in) {
        return read(in) != 0;
    }

    private static byte read(ByteBuffer in) {
        if (!in.hasRemaining()) {
            throw new IllegalArgumentException("truncated record");
        }
        return in.get();
    }
}
