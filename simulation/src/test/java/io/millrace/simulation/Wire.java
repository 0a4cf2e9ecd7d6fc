package io.millrace.simulation;

import io.millrace.media.amf.Amf0Writer;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.mpegts.PesPacket;
import io.millrace.media.mpegts.TsReader;
import io.millrace.platform.log.Packet;
import io.millrace.platform.publish.PublishSink;
import io.millrace.simulation.oracle.Fact;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The messages of a simulated encoder: AAC frames and AVC keyframes that contain their numbers. */
final class Wire {
    private static final byte[] CONFIG = {(byte) 0xAF, 0x00, 0x12, 0x10};
    /** Constrained Baseline, 320x180. */
    private static final byte[] PICTURE_CONFIG = HexFormat.of().parseHex("1700000000"
            + "0142c00dffe100196742c00dd901419f9f0110000003001000000303c0f142a48001000568cb83cb20");
    private static final byte[] KEYFRAME = HexFormat.of().parseHex("1701000000" + "00000009" + "65");
    private static final double AAC_ID = 10;
    private static final byte AVC_KEY = 0x17;
    private static final byte AAC = (byte) 0xAF;
    private static final byte RAW = 0x01;
    private static final int HEADER_BYTES = 2;
    private static final int ADTS_BYTES = 7;
    private static final int VIDEO_STREAM = 0xE0;
    private static final int START_CODE_AND_SLICE = 0x00000165;

    private Wire() {}

    static ByteBuffer config() {
        return ByteBuffer.wrap(CONFIG);
    }

    static ByteBuffer frame(long number) {
        return ByteBuffer.allocate(HEADER_BYTES + Long.BYTES).put(AAC).put(RAW).putLong(number).flip();
    }

    static ByteBuffer pictureConfig() {
        return ByteBuffer.wrap(PICTURE_CONFIG);
    }

    static ByteBuffer picture(long number) {
        return ByteBuffer.allocate(KEYFRAME.length + Long.BYTES).put(KEYFRAME).putLong(number).flip();
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
                    : body.getLong(body.position()
                            + (packet.kind() == Packet.Kind.VIDEO ? KEYFRAME.length : HEADER_BYTES));
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

    /** Returns the numbers of the frames in an MPEG-TS segment. */
    static List<Long> numbersOf(ByteBuffer segment) {
        List<Long> numbers = new ArrayList<>();
        for (PesPacket pes : new TsReader().feed(segment).finish().pesPackets()) {
            ByteBuffer data = pes.data().duplicate();
            if (pes.streamId() == VIDEO_STREAM) {
                numbers.add(pictureNumber(data));
            } else {
                while (data.hasRemaining()) {
                    numbers.add(data.getLong(data.position() + ADTS_BYTES));
                    data.position(data.position() + ADTS_BYTES + Long.BYTES);
                }
            }
        }
        return numbers;
    }

    /** The number follows the start code and the type of the only slice. */
    private static long pictureNumber(ByteBuffer accessUnit) {
        for (int at = accessUnit.position();; at++) {
            if (accessUnit.getInt(at) == START_CODE_AND_SLICE) {
                return accessUnit.getLong(at + Integer.BYTES);
            }
        }
    }
}
