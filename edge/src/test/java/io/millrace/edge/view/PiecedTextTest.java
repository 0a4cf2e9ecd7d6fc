package io.millrace.edge.view;

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

import static org.assertj.core.api.Assertions.assertThat;

class PiecedTextTest {
    @Property
    void isOneTextPlainAndCompressed(@ForAll @Size(max = 8) List<@StringLength(max = 3_000) String> texts)
            throws IOException {
        PiecedText text = PiecedText.of(texts.stream().map(TextPiece::of).toList());
        byte[] whole = String.join("", texts).getBytes(StandardCharsets.UTF_8);
        assertThat(join(text.plainPieces())).isEqualTo(whole);
        try (var gzip = new GZIPInputStream(new ByteArrayInputStream(join(text.gzipPieces())))) {
            assertThat(gzip.readAllBytes()).isEqualTo(whole);
        }
    }

    @Property(tries = 50)
    void hasTheSameTagHoweverItIsCut(@ForAll @StringLength(max = 100) String a,
            @ForAll @StringLength(max = 100) String b) {
        assertThat(PiecedText.of(List.of(TextPiece.of(a), TextPiece.of(b))).etag())
                .isEqualTo(PiecedText.of(List.of(TextPiece.of(a + b))).etag());
    }

    static byte[] join(List<byte[]> pieces) {
        var out = new ByteArrayOutputStream();
        pieces.forEach(out::writeBytes);
        return out.toByteArray();
    }
}
