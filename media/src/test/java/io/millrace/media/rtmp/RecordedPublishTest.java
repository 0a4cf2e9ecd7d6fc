package io.millrace.media.rtmp;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Publishes recorded from real encoders, compared to the FLV files that the encoders wrote from the same packets. */
class RecordedPublishTest {
    private record Tag(MediaKind kind, int timestamp, ByteBuffer body) {}

    @ParameterizedTest
    @CsvSource({"ffmpeg, FMLE/3.0 (compatible; Lavf59.27.100)", "ffmpeg8, FMLE/3.0 (compatible; Lavf62.3.100)",
        "gstreamer, 'LNX 10,0,32,18'", "librtmp, ''"})
    void returnsTagsOfFileUnderEverySplit(String encoder, String client) throws IOException {
        for (int pieceBytes : new int[]{1, 7, 128, 1537, 100_000}) {
            assertTagsOfFile(encoder, client, pieceBytes);
        }
    }

    private static void assertTagsOfFile(String encoder, String client, int pieceBytes) throws IOException {
        List<ServerEvent> events = replay(encoder, pieceBytes);

        assertThat(events.getFirst()).isInstanceOfSatisfying(ServerEvent.PublishRequested.class, request -> {
            assertThat(request).isEqualTo(
                    new ServerEvent.PublishRequested(1, "live/show", "token=abc", client, request.tcUrl()));
            assertThat(request.tcUrl()).matches("rtmp://127\\.0\\.0\\.1:\\d+/live");
        });
        assertThat(events.getLast()).isEqualTo(new ServerEvent.Unpublished(1));
        List<Tag> received = events.stream().filter(ServerEvent.Media.class::isInstance)
                .map(ServerEvent.Media.class::cast).map(m -> new Tag(m.kind(), m.timestamp(), m.body())).toList();
        List<Tag> file = tags(encoder);
        assertThat(without(MediaKind.DATA, received)).isEqualTo(without(MediaKind.DATA, file)).hasSizeGreaterThan(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ffmpeg", "ffmpeg8", "gstreamer", "librtmp"})
    void stripsSetDataFrame(String encoder) throws IOException {
        ByteBuffer body = replay(encoder, 100_000).stream().filter(ServerEvent.Media.class::isInstance)
                .map(ServerEvent.Media.class::cast).filter(m -> m.kind() == MediaKind.DATA).findFirst().orElseThrow()
                .body();
        String text = StandardCharsets.ISO_8859_1.decode(body).toString();
        assertThat(text).startsWith("\u0002\u0000\nonMetaData");
    }

    private static List<ServerEvent> replay(String encoder, int pieceBytes) throws IOException {
        ServerSession session = new ServerSession(new SplittableRandom(1));
        List<ServerEvent> events = new ArrayList<>();
        for (ByteBuffer piece : Splits.every(resource(encoder + "-publish.bin"), pieceBytes)) {
            for (ServerEvent event = session.next(piece); event != null; event = session.next(piece)) {
                events.add(event);
                if (event instanceof ServerEvent.PublishRequested) {
                    session.acceptPublish(1);
                }
            }
        }
        return events;
    }

    /**
     * FLV: 9-byte header, then back pointer u32, type u8, size u24, timestamp u24 and its high u8, 3 zero bytes, body.
     */
    private static List<Tag> tags(String encoder) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(resource(encoder + "-publish.flv")).position(9);
        List<Tag> tags = new ArrayList<>();
        while (in.remaining() > 4) {
            in.getInt();
            int typeAndSize = in.getInt();
            int time = in.getInt();
            in.position(in.position() + 3);
            int size = typeAndSize & 0xFF_FFFF;
            MediaKind kind = switch (typeAndSize >>> 24) {
                case 8 -> MediaKind.AUDIO;
                case 9 -> MediaKind.VIDEO;
                default -> MediaKind.DATA;
            };
            tags.add(new Tag(kind, time >>> 8 | time << 24, in.slice(in.position(), size)));
            in.position(in.position() + size);
        }
        return tags;
    }

    private static List<Tag> without(MediaKind kind, List<Tag> tags) {
        return tags.stream().filter(t -> t.kind() != kind).toList();
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = RecordedPublishTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }
}
