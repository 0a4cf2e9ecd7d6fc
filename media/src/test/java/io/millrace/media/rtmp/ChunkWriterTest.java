package io.millrace.media.rtmp;

import io.millrace.media.bytes.ByteWriter;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ChunkWriterTest {
    record Sent(int csid, RawMessage message) {}

    /** Few csids, kinds, sizes and steps, so that every form of header occurs. */
    @Property(tries = 500)
    void roundTripsMessages(@ForAll("messages") @Size(max = 20) List<Sent> sent,
            @ForAll @IntRange(min = 1, max = 300) int pieceBytes) {
        ChunkWriter writer = new ChunkWriter();
        ByteWriter out = new ByteWriter();
        sent.forEach(s -> writer.write(s.csid(), s.message(), out));

        List<RawMessage> read = ChunkReaderTest.messages(new ChunkReader(RtmpLimits.DEFAULT),
                Splits.every(out.toByteArray(), pieceBytes));

        assertThat(read).isEqualTo(sent.stream().map(Sent::message).toList());
    }

    @Test
    void writesShortestHeaders() {
        ChunkWriter writer = new ChunkWriter();
        assertThat(write(writer, audio(10, "61"))).isEqualTo("04 00000a 000001 08 01000000 61".replace(" ", ""));
        assertThat(write(writer, audio(20, "6162"))).isEqualTo("44 00000a 000002 08 6162".replace(" ", ""));
        assertThat(write(writer, audio(30, "6163"))).isEqualTo("c4 6163".replace(" ", ""));
        assertThat(write(writer, audio(41, "6164"))).isEqualTo("84 00000b 6164".replace(" ", ""));
        assertThat(write(writer, audio(40, "6165"))).isEqualTo("04 000028 000002 08 01000000 6165".replace(" ", ""));
    }

    @Test
    void repeatsExtendedTimestamps() {
        String body = "61".repeat(129);
        assertThat(write(new ChunkWriter(), audio(0x1000000, body))).isEqualTo(
                "04 ffffff 000081 08 01000000 01000000".replace(" ", "") + "61".repeat(128)
                        + "c4 01000000 61".replace(" ", ""));
    }

    @Test
    void doesNotModifyBody() {
        RawMessage message = audio(0, "616263");
        write(new ChunkWriter(), message);
        assertThat(message.body().remaining()).isEqualTo(3);
    }

    @Provide
    Arbitrary<List<Sent>> messages() {
        Arbitrary<MessageType> types = Arbitraries.of(MessageType.AUDIO, MessageType.VIDEO);
        Arbitrary<Integer> times = Arbitraries.oneOf(
                Arbitraries.of(0, 40, 80, 120, 0xFFFFFE, 0xFFFFFF, 0x1000000, -1, -40),
                Arbitraries.integers());
        Arbitrary<ByteBuffer> bodies = Arbitraries.of(0, 1, 2, 127, 128, 129, 300)
                .flatMap(size -> Arbitraries.bytes().array(byte[].class).ofSize(size)).map(ByteBuffer::wrap);
        Arbitrary<RawMessage> raw = Combinators.combine(types, times, Arbitraries.of(1, 2), bodies).as(RawMessage::new);
        return Combinators.combine(Arbitraries.of(4, 6, 64, 319, 320, 65_599), raw).as(Sent::new).list();
    }

    private static RawMessage audio(int timestamp, String hex) {
        return new RawMessage(MessageType.AUDIO, timestamp, 1, ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    }

    private static String write(ChunkWriter writer, RawMessage message) {
        ByteWriter out = new ByteWriter();
        writer.write(4, message, out);
        return HexFormat.of().formatHex(out.toByteArray());
    }
}
