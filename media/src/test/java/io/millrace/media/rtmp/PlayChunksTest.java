package io.millrace.media.rtmp;

import io.millrace.media.bytes.ByteWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class PlayChunksTest {
    @Test
    void writesFullHeadersOnStreamOne() {
        ByteBuffer body = ByteBuffer.wrap(new byte[]{0x61, 0x62});
        assertThat(hex(PlayChunks.message(MediaKind.AUDIO, 10, body))).isEqualTo(
                "04 00000a 000002 08 01000000 6162".replace(" ", ""));
        assertThat(hex(PlayChunks.message(MediaKind.VIDEO, 0x1000000, body))).isEqualTo(
                "06 ffffff 000002 09 01000000 01000000 6162".replace(" ", ""));
        assertThat(hex(PlayChunks.message(MediaKind.DATA, 0, body))).isEqualTo(
                "07 000000 000002 12 01000000 6162".replace(" ", ""));
        assertThat(body.remaining()).isEqualTo(2);
    }

    /** Sizes around the chunk size, and timestamps around the longest that fits in a short header. */
    @ParameterizedTest
    @CsvSource({"0, 0", "1, 40", "65535, 40", "65536, 40", "65537, 40", "131072, 40", "200000, 16777214",
        "200000, 16777215", "131073, 2147483647"})
    void roundTripsUnderEverySplit(int size, int timestampMs) {
        byte[] body = body(size);
        byte[] wire = PlayChunks.message(MediaKind.VIDEO, timestampMs, ByteBuffer.wrap(body));
        assertThat(wire).hasSize(PlayChunks.sizeBytes(timestampMs, size));
        RawMessage expected = new RawMessage(MessageType.VIDEO, timestampMs, 1, ByteBuffer.wrap(body));
        assertThat(ChunkReaderTest.messages(reader(), Splits.every(wire, 7_001))).containsExactly(expected);
        assertThat(ChunkReaderTest.messages(reader(), List.of(ByteBuffer.wrap(wire)))).containsExactly(expected);
    }

    /**
     * A session's own messages are interleaved with the shared ones, and their headers refer to its own previous
     * messages.
     */
    @Property(tries = 100)
    void sessionMessagesMayInterleave(@ForAll @IntRange(min = 0, max = 3) int pings,
            @ForAll @IntRange(min = 1, max = 500) int pieceBytes) {
        ChunkWriter session = new ChunkWriter();
        session.setChunkSize(MessageLink.CHUNK_SIZE);
        ByteWriter wire = new ByteWriter();
        List<MessageType> expected = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            for (int ping = 0; ping < pings; ping++) {
                RawMessage request = new RtmpMessage.UserControl(RtmpMessage.UserControl.PING_REQUEST, i).toRaw();
                session.write(MessageLink.CONTROL, request, wire);
                session.write(MessageLink.STREAM, Replies.status(1, "code", "text").toRaw(), wire);
                expected.addAll(List.of(MessageType.USER_CONTROL, MessageType.COMMAND));
            }
            wire.bytes(PlayChunks.message(MediaKind.VIDEO, i * 40, ByteBuffer.wrap(body(70_000 + i))));
            wire.bytes(PlayChunks.message(MediaKind.AUDIO, i * 40, ByteBuffer.wrap(body(i))));
            wire.bytes(PlayChunks.dry()).bytes(PlayChunks.publishNotify());
            expected.addAll(List.of(MessageType.VIDEO, MessageType.AUDIO, MessageType.USER_CONTROL,
                    MessageType.COMMAND));
        }
        List<RawMessage> read = ChunkReaderTest.messages(reader(), Splits.every(wire.toByteArray(), pieceBytes));
        assertThat(read.stream().map(RawMessage::type)).containsExactlyElementsOf(expected);
        assertThat(read.stream().filter(raw -> raw.type() == MessageType.VIDEO).map(raw -> raw.body().remaining()))
                .containsExactly(70_000, 70_001, 70_002);
    }

    @Test
    void copiesForPlayerOnAnotherStream() {
        ByteWriter run = new ByteWriter();
        run.bytes(PlayChunks.message(MediaKind.DATA, 5, ByteBuffer.wrap(body(3))))
                .bytes(PlayChunks.message(MediaKind.VIDEO, 0x1000000, ByteBuffer.wrap(body(150_000))))
                .bytes(PlayChunks.dry()).bytes(PlayChunks.message(MediaKind.AUDIO, 7, ByteBuffer.wrap(body(9))));
        assertThat(read(PlayChunks.readdress(run.view(), 1))).isEqualTo(read(run.view()));
        assertThat(read(PlayChunks.readdress(run.view(), 3))).hasSize(4)
                .filteredOn(raw -> raw.type() != MessageType.USER_CONTROL)
                .extracting(RawMessage::streamId).containsOnly(3);
        assertThat(read(PlayChunks.readdress(run.view(), 3)).get(2))
                .as("stream dry, of stream 3").isEqualTo(new RtmpMessage.UserControl(2, 3).toRaw());
    }

    private static List<RawMessage> read(ByteBuffer wire) {
        return ChunkReaderTest.messages(reader(), List.of(wire.duplicate()));
    }

    /** A reader of a player that has received Set Chunk Size. */
    private static ChunkReader reader() {
        ChunkReader reader = new ChunkReader(RtmpLimits.DEFAULT);
        ByteWriter told = new ByteWriter();
        new ChunkWriter().write(MessageLink.CONTROL, new RtmpMessage.SetChunkSize(MessageLink.CHUNK_SIZE).toRaw(),
                told);
        ChunkReaderTest.messages(reader, List.of(told.view()));
        return reader;
    }

    private static byte[] body(int size) {
        byte[] body = new byte[size];
        for (int i = 0; i < size; i++) {
            body[i] = (byte) (i * 31 >>> 3);
        }
        return body;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
