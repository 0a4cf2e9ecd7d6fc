package io.millrace.simulation;

import io.millrace.media.amf.Amf0Writer;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.platform.log.Packet;
import io.millrace.platform.publish.PublishSink;
import io.millrace.testkit.oracle.Fact;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The messages of a simulated encoder: AAC frames and AVC keyframes that contain their numbers. */
final class Wire {
    private static final byte[] CONFIG = {(byte) 0xAF, 0x00, 0x12, 0x10};
    /** Constrained Baseline, 320x180. */
    private static final byte[] PICTURE_CONFIG = HexFormat.of().parseHex("1700000000"
            + "0142c00dffe100196742c00dd901419f9f0110000003001000000303c0f142a48001000568cb83cb20");
    private static final byte[] KEYFRAME = HexFormat.of().parseHex("1701000000" + "00000011" + "65");
    private static final double AAC_ID = 10;
    private static final byte AVC_KEY = 0x17;
    private static final byte AAC = (byte) 0xAF;
    private static final byte RAW = 0x01;
    private static final int HEADER_BYTES = 2;
    /** Precedes the number of a frame. */
    private static final byte[] MARK = "frame no".getBytes(StandardCharsets.US_ASCII);
    private static final long MARK_BITS = ByteBuffer.wrap(MARK).getLong();
    private static final int TS_PACKET_BYTES = 188;
    private static final byte TS_SYNC = 0x47;
    private static final int TS_HEADER_BYTES = 4;
    private static final int TS_PID = 0x1FFF;
    private static final int TS_ADAPTATION = 0x20;

    private Wire() {}

    static ByteBuffer config() {
        return ByteBuffer.wrap(CONFIG);
    }

    static ByteBuffer frame(long number) {
        return ByteBuffer.allocate(HEADER_BYTES + MARK.length + Long.BYTES).put(AAC).put(RAW).put(MARK).putLong(number)
                .flip();
    }

    static ByteBuffer pictureConfig() {
        return ByteBuffer.wrap(PICTURE_CONFIG);
    }

    static ByteBuffer picture(long number) {
        return ByteBuffer.allocate(KEYFRAME.length + MARK.length + Long.BYTES).put(KEYFRAME).put(MARK).putLong(number)
                .flip();
    }

    /** Metadata that announces sound only. */
    static ByteBuffer soundOnly() {
        var out = new ByteWriter();
        new Amf0Writer(out).values(List.of(new AmfValue.Text("onMetaData"),
                AmfValue.EcmaArray.of(AmfValue.field("audiocodecid", AAC_ID))));
        return ByteBuffer.wrap(out.toByteArray());
    }

    static PublishSink.Kind kindOf(ByteBuffer body) {
        return switch (body.get(body.position())) {
            case AAC -> PublishSink.Kind.AUDIO;
            case AVC_KEY -> PublishSink.Kind.VIDEO;
            default -> PublishSink.Kind.DATA;
        };
    }

    /** {@link Fact#UNNUMBERED} for a configuration and for metadata. */
    static long numberOf(Packet packet) {
        ByteBuffer body = packet.body();
        return switch (packet.kind()) {
            case VIDEO, AUDIO -> packet.isConfig()
                    ? Fact.UNNUMBERED
                    : body.getLong(body.limit() - Long.BYTES);
            case DATA -> Fact.UNNUMBERED;
        };
    }

    /** Returns the name of the packet's codec, empty for metadata. */
    static String codecOf(Packet packet) {
        return switch (packet.kind()) {
            case VIDEO -> "AVC";
            case AUDIO -> "AAC";
            case DATA -> "";
        };
    }

    /** Returns the numbers of the frames in a CMAF segment, in which each frame is contiguous. */
    static List<Long> numbersOfCmaf(ByteBuffer segment) {
        List<Long> numbers = new ArrayList<>();
        numbers(segment, numbers);
        return numbers;
    }

    /**
     * Returns the numbers of the frames in an MPEG-TS segment. Does not use production's reader, because what production wrote
     * is to be judged.
     */
    static List<Long> numbersOf(ByteBuffer segment) {
        Map<Integer, ByteArrayOutputStream> payloads = new TreeMap<>();
        for (int at = segment.position(); at + TS_PACKET_BYTES <= segment.limit()
                && segment.get(at) == TS_SYNC; at += TS_PACKET_BYTES) {
            int header = segment.getInt(at);
            int begin = at + TS_HEADER_BYTES;
            if ((header & TS_ADAPTATION) != 0) {
                begin += 1 + Byte.toUnsignedInt(segment.get(begin));
            }
            byte[] payload = new byte[at + TS_PACKET_BYTES - begin];
            segment.get(begin, payload);
            payloads.computeIfAbsent(header >> Byte.SIZE & TS_PID, _ -> new ByteArrayOutputStream())
                    .writeBytes(payload);
        }
        List<Long> numbers = new ArrayList<>();
        payloads.values().forEach(payload -> numbers(ByteBuffer.wrap(payload.toByteArray()), numbers));
        return numbers;
    }

    private static void numbers(ByteBuffer payload, List<Long> numbers) {
        for (int at = payload.position(); at + MARK.length + Long.BYTES <= payload.limit(); at++) {
            if (payload.getLong(at) == MARK_BITS) {
                numbers.add(payload.getLong(at + MARK.length));
            }
        }
    }
}
