package io.millrace.media.rtmp;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.OverLimitException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ChunkReaderTest {
    /** Formats a message as text: type, timestamp, stream and body. */
    record Case(String name, String hex, List<String> messages) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** csid 4, fmt 0, timestamp 16 777 000, audio "ab"; then a delta of 1000 beyond 24 bits. */
    private static final String NEAR_THE_LIMIT = "04 ffff28 000002 08 01000000 6162";

    static final List<Case> CASES = List.of(
            new Case("each header form", """
                    04 00000a 000002 08 01000000 6162
                    44 000005 000001 09 63
                    84 000007 64
                    c4 65""", List.of("AUDIO@10/1 ab", "VIDEO@15/1 c", "VIDEO@22/1 d", "VIDEO@29/1 e")),
            new Case("fmt 3 after fmt 0 repeats the timestamp as delta", """
                    04 00000a 000001 08 01000000 61
                    c4 62""", List.of("AUDIO@10/1 a", "AUDIO@20/1 b")),
            new Case("fmt 1 opens csid 2 as librtmp does", "42 000000 000001 08 61", List.of("AUDIO@0/0 a")),
            new Case("two-byte csid", "00 00 000001 000001 08 01000000 61 c0 00 62",
                    List.of("AUDIO@1/1 a", "AUDIO@2/1 b")),
            new Case("three-byte csid", "01 ff ff 000001 000001 08 01000000 61 c1 ff ff 62",
                    List.of("AUDIO@1/1 a", "AUDIO@2/1 b")),
            new Case("two and three bytes name one csid", "00 05 000001 000001 08 01000000 61 c1 05 00 62",
                    List.of("AUDIO@1/1 a", "AUDIO@2/1 b")),
            new Case("stream id is little-endian", "04 000000 000001 08 01020304 61",
                    List.of("AUDIO@0/67305985 a")),
            new Case("empty message", "04 000000 000000 08 01000000 04 000001 000001 08 01000000 61",
                    List.of("AUDIO@0/1 ", "AUDIO@1/1 a")),
            new Case("Set Chunk Size within a message", """
                    04 000000 000102 09 01000000""" + "61".repeat(128) + """
                    02 000000 000004 01 00000000 00000082
                    c4""" + "61".repeat(130), List.of("VIDEO@0/1 " + "a".repeat(258))),
            new Case("the least chunk size", "02 000000 000004 01 00000000 00000080 04 000001 000001 08 01000000 61",
                    List.of("AUDIO@1/1 a")),
            new Case("interleaved csids", """
                    04 000000 000081 09 01000000""" + "61".repeat(128) + """
                    05 000000 000082 08 01000000""" + "62".repeat(128) + """
                    c4 61
                    c5 6262""", List.of("VIDEO@0/1 " + "a".repeat(129), "AUDIO@0/1 " + "b".repeat(130))),
            new Case("Abort drops one message", """
                    04 000000 000081 09 01000000""" + "61".repeat(128) + """
                    02 000000 000004 02 00000000 00000004
                    44 000000 000001 09 63""", List.of("VIDEO@0/1 c")),
            new Case("Abort of an unknown csid", "02 000000 000004 02 00000000 00000009", List.of()),
            new Case("extended timestamp as first", "04 ffffff 000001 08 01000000 01000000 61",
                    List.of("AUDIO@16777216/1 a")),
            new Case("24 bits hold one less than their largest", "04 fffffe 000001 08 01000000 61",
                    List.of("AUDIO@16777214/1 a")),
            new Case("extended timestamp repeated", "04 ffffff 000081 09 01000000 01000000" + "61".repeat(128)
                    + "c4 01000000 62", List.of("VIDEO@16777216/1 " + "a".repeat(128) + "b")),
            new Case("extended timestamp not repeated", "04 ffffff 000081 09 01000000 01000000" + "61".repeat(128)
                    + "c4 62", List.of("VIDEO@16777216/1 " + "a".repeat(128) + "b")),
            new Case("not repeated, and the body begins alike", "04 ffffff 000083 09 01000000 01000000"
                    + "61".repeat(128) + "c4 010002 44 000000 000001 08 63",
                    List.of("VIDEO@16777216/1 " + "a".repeat(128) + "\u0001\u0000\u0002", "AUDIO@16777216/1 c")),
            new Case("not repeated, and body and next header begin alike", "04 ffffff 000081 09 01000000 01000000"
                    + "61".repeat(128) + "c4 01 00 01 000001 000001 08 01000000 63",
                    List.of("VIDEO@16777216/1 " + "a".repeat(128) + "\u0001", "AUDIO@1/1 c")),
            new Case("timestamps run past 24 bits",
                    NEAR_THE_LIMIT + "44 0003e8 000002 08 6162 84 0003e8 6162 c4 6162",
                    List.of("AUDIO@16777000/1 ab", "AUDIO@16778000/1 ab", "AUDIO@16779000/1 ab",
                            "AUDIO@16780000/1 ab")),
            new Case("extended delta", "04 000001 000001 08 01000000 61 84 ffffff 01000000 62 c4 01000000 63",
                    List.of("AUDIO@1/1 a", "AUDIO@16777217/1 b", "AUDIO@33554433/1 c")),
            new Case("librtmp's step back: a delta of 2^32 less 10", """
                    04 000014 000001 08 01000000 61
                    44 ffffff 000081 09 fffffff6""" + "61".repeat(128) + """
                    c4 fffffff6 62
                    44 000005 000001 08 63""",
                    List.of("AUDIO@20/1 a", "VIDEO@10/1 " + "a".repeat(128) + "b", "AUDIO@15/1 c")),
            new Case("timestamps wrap at 32 bits", "04 ffffff 000001 08 01000000 ffffffff 61 84 000002 62",
                    List.of("AUDIO@-1/1 a", "AUDIO@1/1 b")));

    record Broken(String name, String hex, Class<? extends MediaException> fault, String says) {
        @Override
        public String toString() {
            return name;
        }
    }

    static final List<Broken> BROKEN = List.of(
            new Broken("fmt 3 first", "c4", MalformedException.class, "fmt: is 3"),
            new Broken("fmt 2 first", "84 000000", MalformedException.class, "fmt: is 2"),
            new Broken("new header within a message", "04 000000 000081 09 01000000" + "61".repeat(128) + "04",
                    MalformedException.class, "3 within a message"),
            new Broken("chunk size 0", "02 000000 000004 01 00000000 00000000", MalformedException.class, "is 0"),
            new Broken("chunk size 127", "02 000000 000004 01 00000000 0000007f", MalformedException.class, "is 127"),
            new Broken("chunk size with the top bit", "02 000000 000004 01 00000000 80000080",
                    MalformedException.class, "2147483776"),
            new Broken("short Set Chunk Size", "02 000000 000002 01 00000000 0080", MalformedException.class,
                    "SetChunkSize"),
            new Broken("long control message", "02 000000 000041 03 00000000", OverLimitException.class, "64"),
            new Broken("long command", "03 000000 010001 14 00000000", OverLimitException.class, "65536"),
            new Broken("long audio", "04 000000 040001 08 01000000", OverLimitException.class, "262144"),
            new Broken("long data", "04 000000 040001 12 01000000", OverLimitException.class, "262144"),
            new Broken("long video", "04 000000 800001 09 01000000", OverLimitException.class, "8388608"),
            new Broken("longest length there is", "04 000000 ffffff 09 01000000", OverLimitException.class,
                    "16777215"));

    @ParameterizedTest
    @FieldSource("CASES")
    void readsUnderEverySplit(Case row) {
        Splits.all(bytes(row.hex())).forEach(pieces -> assertThat(read(pieces)).isEqualTo(row.messages()));
    }

    @ParameterizedTest
    @FieldSource("BROKEN")
    void refusesUnderEverySplit(Broken row) {
        Splits.all(bytes(row.hex())).forEach(pieces -> assertThatThrownBy(() -> read(pieces)).isInstanceOf(row.fault())
                .hasMessageContaining(row.says()));
    }

    @Test
    void acceptsLargestChunkSize() {
        byte[] video = new byte[300_000];
        byte[] bytes = new ByteWriter().bytes(bytes("02 000000 000004 01 00000000 7fffffff"))
                .bytes(bytes("04 000000 0493e0 09 01000000")).bytes(video).toByteArray();
        List<RawMessage> messages = messages(new ChunkReader(RtmpLimits.DEFAULT), Splits.every(bytes, 65_536));
        assertThat(messages).singleElement().satisfies(m -> {
            assertThat(m.body().array()).hasSize(300_000);
            assertThat(m.body()).isEqualTo(ByteBuffer.wrap(video));
        });
    }

    @Test
    void accepts32ChunkStreams() {
        ChunkReader reader = new ChunkReader(RtmpLimits.DEFAULT);
        for (int csid = 2; csid < 34; csid++) {
            assertThat(messages(reader, List.of(open(csid)))).hasSize(1);
        }
        assertThatThrownBy(() -> messages(reader, List.of(open(34)))).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("csids: is 33, the limit is 32");
    }

    @Test
    void allocatesOnlyAsBytesArrive() {
        PartialMemory memory = PartialMemory.alone(RtmpLimits.DEFAULT.partialBytes());
        ChunkStream stream = new ChunkStream(RtmpLimits.DEFAULT.messages(), memory);
        stream.describe(RtmpLimits.MESSAGE_BYTES_MAX, 9);
        stream.startMessage(true);
        assertThat(memory.bytes()).isZero();
        assertThat(stream.makeRoom(1)).isTrue();
        stream.append(ByteBuffer.allocate(1), 1);
        assertThat(memory.bytes()).isEqualTo(RtmpLimits.EAGER_BYTES);
        assertThat(stream.makeRoom(RtmpLimits.EAGER_BYTES)).isTrue();
        stream.append(ByteBuffer.allocate(RtmpLimits.EAGER_BYTES), RtmpLimits.EAGER_BYTES);
        assertThat(memory.bytes()).as("at most twice of what arrived").isEqualTo(2 * RtmpLimits.EAGER_BYTES);
        stream.dropMessage();
        assertThat(memory.bytes()).isZero();
    }

    @Test
    void limitsMemoryOf32SilentMessages() {
        ChunkReader reader = new ChunkReader(RtmpLimits.DEFAULT);
        for (int csid = 2; csid < 34; csid++) {
            byte[] start = new ByteWriter().uint8(csid).bytes(bytes("000000 800000 09 01000000"))
                    .bytes(new byte[128]).toByteArray();
            assertThat(messages(reader, List.of(ByteBuffer.wrap(start)))).isEmpty();
        }
        assertThat(reader.partialBytes()).isEqualTo(32 * RtmpLimits.EAGER_BYTES);
    }

    @Test
    void rejectsMoreThan16MebibytesOfPartialMessages() {
        PartialMemory memory = PartialMemory.alone(RtmpLimits.DEFAULT.partialBytes());
        memory.take(RtmpLimits.DEFAULT.partialBytes());
        assertThatThrownBy(() -> memory.take(1)).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("partialMessages");
    }

    @Property(tries = 2000)
    void anyBytesAreMessagesOrTypedError(@ForAll byte[] bytes) {
        ChunkReader reader = new ChunkReader(RtmpLimits.DEFAULT);
        try {
            messages(reader, List.of(ByteBuffer.wrap(bytes)));
        } catch (MediaException fault) {
            assertThat(fault.getMessage()).isNotBlank();
        }
        assertThat(reader.partialBytes()).isLessThanOrEqualTo(RtmpLimits.DEFAULT.partialBytes());
    }

    private static ByteBuffer open(int csid) {
        return ByteBuffer.wrap(new ByteWriter().uint8(csid).bytes(bytes("000000 000001 08 01000000 61")).toByteArray());
    }

    static List<RawMessage> messages(ChunkReader reader, List<ByteBuffer> pieces) {
        List<RawMessage> messages = new ArrayList<>();
        for (ByteBuffer piece : pieces) {
            ByteBuffer in = piece.duplicate();
            for (RawMessage message = reader.next(in); message != null; message = reader.next(in)) {
                messages.add(message);
            }
            assertThat(in.hasRemaining()).isFalse();
        }
        return messages;
    }

    private static List<String> read(List<ByteBuffer> pieces) {
        return messages(new ChunkReader(RtmpLimits.DEFAULT), pieces).stream()
                .map(m -> m.type() + "@" + m.timestamp() + "/" + m.streamId() + " "
                        + StandardCharsets.ISO_8859_1.decode(m.body().duplicate()))
                .toList();
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    }
}
