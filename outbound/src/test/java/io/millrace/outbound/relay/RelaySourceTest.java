package io.millrace.outbound.relay;

import io.millrace.media.codec.Codec;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.TagBodyWriter;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.platform.timeline.TagEvent;
import io.millrace.testkit.Records;
import io.millrace.tools.past.LogTag;
import io.millrace.tools.push.MediaMessage;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RelaySourceTest {
    private static final LogTag HEADER = new LogTag(new TagEvent.Config(new FlvTag(FlvTag.Type.VIDEO, 0,
            TagBodyWriter.write(new VideoTagBody.Config(Codec.AVC, Records.AVC_RECORD.duplicate())))), 0,
            Optional.empty());
    private static final LogTag END = new LogTag(new TagEvent.End(TagEvent.Reason.EPOCH_OVER), 0, Optional.empty());

    private final Queue<LogTag> tags = new ArrayDeque<>();
    private long nowMs;

    private RelaySource source(LiveSkip skip, LogTag... all) {
        tags.addAll(List.of(all));
        return new RelaySource(() -> Optional.ofNullable(tags.poll()), skip, () -> Instant.ofEpochMilli(nowMs));
    }

    private static LogTag frame(int timeMs, boolean key) {
        var tag = new FlvTag(FlvTag.Type.VIDEO, timeMs, ByteBuffer.wrap(new byte[]{(byte) timeMs}));
        return new LogTag(new TagEvent.Frame(tag, key, true), timeMs,
                key ? Optional.of(Positions.at(0, timeMs)) : Optional.empty());
    }

    @Test
    void sessionBeginsWithMetadataAndHeaderAtTimeZero() {
        RelaySource source = source(LiveSkip.none(), HEADER, frame(100, true), frame(140, false), END);
        assertThat(source.awaitFrame()).isTrue();
        assertThat(source.next()).map(MediaMessage::kind).contains(MediaKind.DATA);
        assertThat(source.taken()).isEmpty();
        assertThat(source.next()).map(MediaMessage::config).contains(true);
        assertThat(source.taken()).isEmpty();
        assertThat(source.next()).map(MediaMessage::timestampMs).contains(0L);
        assertThat(source.taken()).contains(frame(100, true));
        assertThat(source.next()).map(MediaMessage::timestampMs).contains(40L);
        assertThat(source.taken()).contains(frame(140, false));
        assertThat(source.end()).isEmpty();
        assertThat(source.next()).isEmpty();
        assertThat(source.end()).contains(TagEvent.Reason.EPOCH_OVER);
    }

    @Test
    void epochWithoutFrameHasNoSession() {
        assertThat(source(LiveSkip.none(), HEADER, END).awaitFrame()).isFalse();
    }

    @Test
    void announcesOmittedMedia() {
        nowMs = 2_000;
        RelaySource source = source(LiveSkip.from(2_000), HEADER, frame(0, true), frame(40, false), frame(2_000, true),
                END);
        assertThat(source.awaitFrame()).isTrue();
        assertThat(source.takeGapMs()).isEqualTo(2_000);
        assertThat(source.takeGapMs()).isZero();
    }
}
