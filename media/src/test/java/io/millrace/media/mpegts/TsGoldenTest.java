package io.millrace.media.mpegts;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares the bytes of a segment to a readable dump. A change of the muxer's output shows line by line and requires a
 * new rules version, because parts that are muxed again must have the same bytes.
 */
class TsGoldenTest {
    @ParameterizedTest
    @CsvSource({"/mpegts/av.flv, 1, 7, 15, segment",
        "/io/millrace/media/flv/enhanced-hevc-aac.flv, 0, 10, 20, hevc-aac",
        "/io/millrace/media/flv/enhanced-avc-ac3.flv, 1, 10, 20, avc-ac3",
        "/io/millrace/media/flv/enhanced-avc-eac3.flv, 1, 10, 20, avc-eac3"})
    void segmentMatchesGolden(String file, int number, int second, int third, String golden) throws IOException {
        Clip clip = Clip.load(file);
        List<TsSample> segment = clip.segments().get(number);
        List<ByteBuffer> parts = clip.mux(List.of(segment.subList(0, second), segment.subList(second, third),
                segment.subList(third, segment.size())), number);
        StringBuilder dump = new StringBuilder();
        for (ByteBuffer part : parts) {
            dump.append("part of ").append(part.remaining()).append(" bytes, hash ").append(hash(part)).append('\n');
            while (part.hasRemaining()) {
                dump.append(line(TsPacket.parse(part))).append('\n');
            }
        }
        if ("write".equals(System.getProperty("millrace.goldens"))) {
            Files.writeString(Path.of("src/test/resources/mpegts", golden + ".dump"), dump);
        }
        assertThat(dump.toString())
                .isEqualTo(new String(Clip.resource("/mpegts/" + golden + ".dump"), StandardCharsets.UTF_8));
    }

    /** FNV-1a, 64 bits: enough to detect a changed byte. */
    private static String hash(ByteBuffer bytes) {
        long hash = 0xcbf29ce484222325L;
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            hash = (hash ^ bytes.get(i) & 0xFF) * 0x100000001b3L;
        }
        return HexFormat.of().toHexDigits(hash);
    }

    private static String line(TsPacket packet) {
        byte[] head = new byte[Math.min(24, packet.payload().remaining())];
        packet.payload().get(0, head);
        return "%04x%s cc=%d%s%s payload=%d %s".formatted(packet.pid(), packet.start() ? " start" : "",
                packet.counter(),
                packet.randomAccess() ? " random-access" : "", packet.pcr90k() < 0 ? "" : " pcr=" + packet.pcr90k(),
                packet.payload().remaining(), HexFormat.of().formatHex(head));
    }
}
