package io.millrace.media.rtmp;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A publish recorded from a real FFmpeg, held against the FLV file that the same FFmpeg wrote of the same packets. */
class FfmpegPublishTest {
    private record Tag(MediaKind kind, int timestamp, ByteBuffer body) {}

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 128, 1537, 100_000})
    void givesTheTagsOfTheFileHoweverTheBytesAreCut(int pieceBytes) throws IOException {
        List<ServerEvent> events = replay(pieceBytes);

        assertThat(events.getFirst()).isEqualTo(new ServerEvent.PublishRequested("live/show", "token=abc",
                "FMLE/3.0 (compatible; Lavf59.27.100)", "rtmp://127.0.0.1:23936/live"));
        assertThat(events.getLast()).isEqualTo(new ServerEvent.Unpublished());
        List<Tag> received = events.stream().filter(ServerEvent.Media.class::isInstance)
                .map(ServerEvent.Media.class::cast).map(m -> new Tag(m.kind(), m.timestamp(), m.body())).toList();
        List<Tag> file = tags();
        assertThat(without(MediaKind.DATA, received)).isEqualTo(without(MediaKind.DATA, file)).hasSizeGreaterThan(20);
    }

    @Test
    void stripsSetDataFrameFromTheMetadata() throws IOException {
        ByteBuffer body = replay(100_000).stream().filter(ServerEvent.Media.class::isInstance)
                .map(ServerEvent.Media.class::cast).filter(m -> m.kind() == MediaKind.DATA).findFirst().orElseThrow()
                .body();
        String text = StandardCharsets.ISO_8859_1.decode(body).toString();
        assertThat(text).startsWith("\u0002\u0000\nonMetaData");
    }

    private static List<ServerEvent> replay(int pieceBytes) throws IOException {
        ServerSession session = new ServerSession(new SplittableRandom(1));
        List<ServerEvent> events = new ArrayList<>();
        for (ByteBuffer piece : Splits.every(resource("ffmpeg-publish.bin"), pieceBytes)) {
            for (ServerEvent event = session.next(piece); event != null; event = session.next(piece)) {
                events.add(event);
                if (event instanceof ServerEvent.PublishRequested) {
                    session.acceptPublish();
                }
            }
        }
        return events;
    }

    /** FLV: 9 bytes of header, then back pointer u32, type u8, size u24, timestamp u24 and its upper u8, 3 bytes 0, body. */
    private static List<Tag> tags() throws IOException {
        ByteBuffer in = ByteBuffer.wrap(resource("ffmpeg-publish.flv")).position(9);
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
        try (InputStream in = FfmpegPublishTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }
}
