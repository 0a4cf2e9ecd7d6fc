package io.millrace.media.mpegts;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares the bytes of a segment to a readable dump. A change of the muxer's output shows line by line and requires a
 * new rules version, because parts that are muxed again must have the same bytes.
 */
class TsGoldenTest {
    private static final String DUMP = "mpegts/segment.dump";

    @Test
    void segmentMatchesGolden() throws IOException {
        Clip clip = Clip.load();
        List<TsSample> segment = clip.segments().get(1);
        List<ByteBuffer> parts = clip.mux(List.of(segment.subList(0, 7), segment.subList(7, 15),
                segment.subList(15, segment.size())), 1);
        StringBuilder dump = new StringBuilder();
        for (ByteBuffer part : parts) {
            dump.append("part of ").append(part.remaining()).append(" bytes, hash ").append(hash(part)).append('\n');
            while (part.hasRemaining()) {
                dump.append(line(TsPacket.parse(part))).append('\n');
            }
        }
        if ("write".equals(System.getProperty("millrace.goldens"))) {
            Files.writeString(Path.of("src/test/resources", DUMP), dump);
        }
        assertThat(dump.toString()).isEqualTo(new String(Clip.resource("/" + DUMP), StandardCharsets.UTF_8));
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
