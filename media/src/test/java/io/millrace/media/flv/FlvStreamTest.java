package io.millrace.media.flv;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.CodecConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FlvStreamTest {
    private static final int LIMIT = 4096;

    private static byte[] tiny() throws IOException {
        try (InputStream in = FlvStreamTest.class.getResourceAsStream("tiny.flv")) {
            return in.readAllBytes();
        }
    }

    private static List<FlvTag> read(FlvReader reader, ByteBuffer in) {
        List<FlvTag> tags = reader.readAll(in);
        assertThat(in.hasRemaining()).isFalse();
        return tags;
    }

    private static List<FlvTag> read(byte[] bytes) {
        return read(new FlvReader(LIMIT), ByteBuffer.wrap(bytes));
    }

    @Test
    void readsFfmpegFiles() throws IOException {
        var reader = new FlvReader(LIMIT);
        List<FlvTag> tags = read(reader, ByteBuffer.wrap(tiny()));
        assertThat(reader.header()).contains(new FlvHeader(true, true));
        assertThat(reader.isBetweenTags()).isTrue();
        assertThat(tags.getFirst().type()).isEqualTo(FlvTag.Type.SCRIPT);
        List<String> video = new ArrayList<>();
        for (FlvTag tag : tags) {
            if (tag.type() == FlvTag.Type.VIDEO) {
                video.add(switch (VideoTagBody.parse(tag.body())) {
                    case VideoTagBody.Config(var codec, ByteBuffer record) -> CodecConfig.parse(codec, record)
                            .rfc6381();
                    case VideoTagBody.Frame f -> tag.timestampMs() + "+" + f.compositionTimeMs()
                            + (f.flaggedKey() ? "K" : "");
                    case VideoTagBody.End _ -> tag.timestampMs() + " end";
                    case VideoTagBody.Metadata _ -> "metadata";
                    case VideoTagBody.Command _ -> "command";
                });
            }
        }
        // 25 pictures per second, two of them reordered: as ffprobe lists the file.
        assertThat(video).containsExactly("avc1.64000a", "0+80K", "40+160", "80+40", "120+40", "160+80", "160 end");
    }

    @Test
    void roundTripsByteForByte() throws IOException {
        byte[] bytes = tiny();
        var out = new ByteWriter().bytes(FlvWriter.header(new FlvHeader(true, true)));
        read(bytes).forEach(tag -> out.bytes(FlvWriter.tag(tag)));
        assertThat(out.toByteArray()).isEqualTo(bytes);
    }

    @Test
    void readsSameInEverySplit() throws IOException {
        byte[] bytes = tiny();
        List<FlvTag> whole = read(bytes);
        for (int split = 0; split <= bytes.length; split++) {
            var reader = new FlvReader(LIMIT);
            List<FlvTag> tags = read(reader, ByteBuffer.wrap(bytes, 0, split));
            tags.addAll(read(reader, ByteBuffer.wrap(bytes, split, bytes.length - split)));
            assertThat(tags).isEqualTo(whole);
        }
    }

    @Test
    void readsSameByteByByte() throws IOException {
        byte[] bytes = tiny();
        var reader = new FlvReader(LIMIT);
        List<FlvTag> tags = new ArrayList<>();
        for (int i = 0; i < bytes.length; i++) {
            tags.addAll(read(reader, ByteBuffer.wrap(bytes, i, 1)));
        }
        assertThat(tags).isEqualTo(read(bytes));
    }

    @Test
    void detectsTruncationInsideTag() {
        byte[] tag = FlvWriter.tag(new FlvTag(FlvTag.Type.AUDIO, 5, ByteBuffer.wrap(new byte[10])));
        byte[] header = FlvWriter.header(new FlvHeader(true, false));
        byte[] bytes = new ByteWriter().bytes(header).bytes(tag).toByteArray();
        for (int size = 0; size <= bytes.length; size++) {
            var reader = new FlvReader(LIMIT);
            int tags = read(reader, ByteBuffer.wrap(bytes, 0, size)).size();
            int bodyEnd = bytes.length - FlvTag.TRAILER_BYTES;
            assertThat(tags).isEqualTo(size >= bodyEnd ? 1 : 0);
            boolean whole = size >= FlvHeader.SIZE_BYTES && size <= header.length || size >= bodyEnd;
            assertThat(reader.isBetweenTags()).as("%d bytes", size).isEqualTo(whole);
        }
    }

    @Test
    void layoutsFollowStandard() {
        assertThat(HexFormat.of().formatHex(FlvWriter.header(new FlvHeader(false, true))))
                .isEqualTo("464c5601010000000900000000");
        assertThat(HexFormat.of().formatHex(FlvWriter.header(new FlvHeader(true, false))))
                .isEqualTo("464c5601040000000900000000");
        assertThat(HexFormat.of().formatHex(FlvWriter.tagHeader(FlvTag.Type.VIDEO, 0x12345678, 0xABCDEF)))
                .isEqualTo("09abcdef34567812000000");
        assertThat(HexFormat.of().formatHex(FlvWriter.tagTrailer(0xABCDEF))).isEqualTo("00abcdfa");
    }

    @Test
    void tagCanBeAssembledFromParts() {
        ByteBuffer body = ByteBuffer.wrap(new byte[]{1, 2, 3});
        var tag = new FlvTag(FlvTag.Type.AUDIO, -1, body);
        byte[] parts = new ByteWriter().bytes(FlvWriter.tagHeader(FlvTag.Type.AUDIO, -1, 3)).bytes(body)
                .bytes(FlvWriter.tagTrailer(3)).toByteArray();
        assertThat(parts).isEqualTo(FlvWriter.tag(tag)).hasSize(FlvWriter.sizeBytes(3));
    }

    @Test
    void limitsBodyBeforeItArrives() {
        var atLimit = new FlvReader(LIMIT);
        var bytes = ByteBuffer.wrap(FlvWriter.tag(new FlvTag(FlvTag.Type.VIDEO, 0, ByteBuffer.allocate(LIMIT))));
        assertThat(read(atLimit, ByteBuffer.wrap(FlvWriter.header(new FlvHeader(true, true))))).isEmpty();
        assertThat(read(atLimit, bytes)).hasSize(1);

        var over = new FlvReader(LIMIT);
        assertThat(read(over, ByteBuffer.wrap(FlvWriter.header(new FlvHeader(true, true))))).isEmpty();
        ByteBuffer header = ByteBuffer.wrap(FlvWriter.tagHeader(FlvTag.Type.VIDEO, 0, LIMIT + 1));
        assertThatThrownBy(() -> over.read(header)).isInstanceOf(OverLimitException.class);
    }

    @Test
    void writerRejectsBodyBeyondSizeField() {
        assertThat(FlvWriter.tagHeader(FlvTag.Type.VIDEO, 0, FlvTag.MAX_BODY_BYTES)).hasSize(11);
        assertThatThrownBy(() -> FlvWriter.tagHeader(FlvTag.Type.VIDEO, 0, FlvTag.MAX_BODY_BYTES + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void skipsExtendedHeaderUpToLimit() {
        byte[] extended = new ByteWriter().uint32(0x464C5601).uint8(5).uint32(FlvReader.MAX_HEADER_BYTES)
                .fill(0xFF, FlvReader.MAX_HEADER_BYTES - FlvHeader.SIZE_BYTES).uint32(0)
                .bytes(FlvWriter.tag(new FlvTag(FlvTag.Type.AUDIO, 7, ByteBuffer.allocate(0)))).toByteArray();
        assertThat(read(extended)).containsExactly(new FlvTag(FlvTag.Type.AUDIO, 7, ByteBuffer.allocate(0)));
        extended[8]++;
        assertThatThrownBy(() -> read(extended)).isInstanceOf(OverLimitException.class);
    }

    @Test
    void rejectsOtherFormats() {
        assertThatThrownBy(() -> read("#EXTM3U 2".getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(MalformedException.class).hasMessageContaining("Signature");
        assertThatThrownBy(() -> read(HexFormat.of().parseHex("464c56020500000009")))
                .isInstanceOf(UnsupportedException.class).hasMessageContaining("Version");
        assertThatThrownBy(() -> read(HexFormat.of().parseHex("464c56010500000008")))
                .isInstanceOf(MalformedException.class).hasMessageContaining("DataOffset");
        // Tag type 0x29 is an encrypted video tag.
        assertThatThrownBy(() -> read(HexFormat.of().parseHex("464c5601050000000900000000" + "29" + "00".repeat(10))))
                .isInstanceOf(UnsupportedException.class).hasMessageContaining("TagType");
    }

    @Property
    void roundTripsTags(@ForAll("tags") List<FlvTag> tags, @ForAll @IntRange(min = 1, max = 50) int pieceBytes) {
        var out = new ByteWriter().bytes(FlvWriter.header(new FlvHeader(true, true)));
        tags.forEach(tag -> out.bytes(FlvWriter.tag(tag)));
        byte[] bytes = out.toByteArray();
        var reader = new FlvReader(LIMIT);
        List<FlvTag> seen = new ArrayList<>();
        for (int i = 0; i < bytes.length; i += pieceBytes) {
            seen.addAll(read(reader, ByteBuffer.wrap(bytes, i, Math.min(pieceBytes, bytes.length - i))));
        }
        assertThat(seen).isEqualTo(tags);
    }

    @Provide
    Arbitrary<List<FlvTag>> tags() {
        return Combinators.combine(Arbitraries.of(FlvTag.Type.class), Arbitraries.integers(),
                Arbitraries.bytes().array(byte[].class).ofMaxSize(100))
                .as((type, timestampMs, body) -> new FlvTag(type, timestampMs, ByteBuffer.wrap(body))).list()
                .ofMaxSize(10);
    }

    @Property(tries = 2000)
    void randomBytesAfterHeaderAreTagsOrTypedError(@ForAll @Size(max = 200) byte[] bytes) {
        byte[] stream = new ByteWriter().bytes(FlvWriter.header(new FlvHeader(true, true))).bytes(bytes).toByteArray();
        try {
            int total = read(stream).stream().mapToInt(tag -> tag.body().remaining()).sum();
            assertThat(total).isLessThanOrEqualTo(bytes.length);
        } catch (MediaException e) {
            assertThat(e.structure()).isEqualTo("FLVTAG");
        }
    }

    @Property
    void randomBytesAreNotFlv(@ForAll @Size(min = 9, max = 40) byte[] bytes) {
        byte[] other = Arrays.copyOf(bytes, bytes.length);
        other[0] = 'G';
        assertThatThrownBy(() -> read(other)).isInstanceOf(MalformedException.class);
    }
}
