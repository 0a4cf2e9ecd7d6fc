package io.millrace.edge.view;

import io.millrace.media.m3u8.MediaPlaylistWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PiecedTextTest {
    @Property(tries = 100)
    void plainAndCompressedTextAreEqual(@ForAll @Size(max = 8) List<@StringLength(max = 3_000) String> texts)
            throws IOException {
        PiecedText text = PiecedText.of(texts.stream().map(TextPiece::of).toList());
        byte[] whole = String.join("", texts).getBytes(StandardCharsets.UTF_8);
        assertThat(join(text.plainPieces())).isEqualTo(whole);
        try (var gzip = new GZIPInputStream(new ByteArrayInputStream(join(text.gzipPieces())))) {
            assertThat(gzip.readAllBytes()).isEqualTo(whole);
        }
    }

    @Property(tries = 50)
    void tagDoesNotDependOnPieces(@ForAll @StringLength(max = 100) String a,
            @ForAll @StringLength(max = 100) String b) {
        assertThat(PiecedText.of(List.of(TextPiece.of(a), TextPiece.of(b))).etag())
                .isEqualTo(PiecedText.of(List.of(TextPiece.of(a + b))).etag());
    }

    /** Caches count a text before it is compressed. */
    @Test
    void countsSizeOfBothForms() {
        List<TextPiece> pieces = List.of(TextPiece.of(MediaPlaylistWriter.END),
                TextPiece.of(MediaPlaylistWriter.DISCONTINUITY),
                TextPiece.of(
                        "#EXT-X-PROGRAM-DATE-TIME:2026-11-29T17:05:12.123Z\n#EXTINF:2.000000,\n../../@17/ts/5.ts\n"));
        assertThat(pieces).allMatch(piece -> piece.sizeBytes() >= piece.plain().length + piece.deflated().length);
    }

    static byte[] join(List<byte[]> pieces) {
        var out = new ByteArrayOutputStream();
        pieces.forEach(out::writeBytes);
        return out.toByteArray();
    }
}
