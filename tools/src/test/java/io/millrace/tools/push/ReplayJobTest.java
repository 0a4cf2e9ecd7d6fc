package io.millrace.tools.push;

import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.platform.UserError;
import io.millrace.platform.timeline.TagEvent;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ReplayJobTest {
    private static final URI URL = URI.create("rtmp://127.0.0.1/live/again?key=secret");
    private static final int FRAME_MS = 40;
    private static final int GOP = 10;

    private final List<List<Sent>> sessions = new ArrayList<>();
    private final List<String> troubles = new ArrayList<>();
    private final Clock clock = new Clock();
    private final List<Integer> failAfter = new ArrayList<>();
    private int refusals;

    private record Sent(MediaKind kind, long timestampMs, long clockMs, ByteBuffer body) {}

    /** A clock that advances only by waiting. */
    private static final class Clock implements PaceClock {
        private long nowNanos;

        @Override
        public long nowNanos() {
            return nowNanos;
        }

        @Override
        public void waitUntil(long nanos, CountDownLatch cancelled) {
            nowNanos = Math.max(nowNanos, nanos);
        }
    }

    /** Each session fails after {@link #failAfter} messages. */
    private MediaSink connect() throws IOException {
        if (!sessions.isEmpty() && refusals-- > 0) {
            throw new ConnectException("Connection refused");
        }
        List<Sent> sent = new ArrayList<>();
        int limit = sessions.size() < failAfter.size() ? failAfter.get(sessions.size()) : Integer.MAX_VALUE;
        sessions.add(sent);
        return new MediaSink() {
            @Override
            public void send(MediaKind kind, long timestampMs, ByteBuffer body) throws IOException {
                if (sent.size() == limit) {
                    throw new IOException("the server went away");
                }
                sent.add(new Sent(kind, timestampMs, TimeUnit.NANOSECONDS.toMillis(clock.nowNanos), body));
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
    }

    /** The file's sequence header, then {@code count} frames that contain their number. */
    private static Supplier<Optional<TagEvent>> past(int count) throws IOException {
        List<TagEvent> events = new ArrayList<>();
        try (MediaFile file = MediaFile.open(TestFiles.path("remuxed.flv"))) {
            for (Optional<MediaMessage> next = file.next(); next.isPresent(); next = file.next()) {
                if (next.get().config() && next.get().kind() == MediaKind.VIDEO) {
                    events.add(new TagEvent.Config(new FlvTag(FlvTag.Type.VIDEO, 0, next.get().body())));
                }
            }
        }
        for (int n = 0; n < count; n++) {
            boolean key = n % GOP == 0;
            ByteBuffer body = ByteBuffer.allocate(9).put((byte) (key ? 0x17 : 0x27)).putInt(0x0100_0000).putInt(n)
                    .flip();
            events.add(new TagEvent.Frame(new FlvTag(FlvTag.Type.VIDEO, n * FRAME_MS, body), key, true));
        }
        Iterator<TagEvent> iterator = events.iterator();
        return () -> iterator.hasNext() ? Optional.of(iterator.next()) : Optional.empty();
    }

    private ReplayJob job(int frames) throws IOException {
        return new ReplayJob(past(frames), () -> {}, URL, new PushProgress() {
            @Override
            public void sent(long bytes, long mediaMs) {
                // Not of interest here.
            }

            @Override
            public void trouble(String what) {
                troubles.add(what);
            }
        }, _ -> connect(), clock);
    }

    private static List<Integer> pictures(List<Sent> session) {
        return session.stream().filter(sent -> sent.kind() == MediaKind.VIDEO && !isConfig(sent))
                .map(sent -> sent.body().getInt(5)).toList();
    }

    private static boolean isConfig(Sent sent) {
        return VideoTagBody.parse(sent.body()) instanceof VideoTagBody.Config;
    }

    @Test
    void sendsTagsAtTheirTimeAfterHeaders() throws Exception {
        job(30).run();
        assertThat(sessions).hasSize(1);
        List<Sent> sent = sessions.getFirst();
        assertThat(sent.get(0).kind()).isEqualTo(MediaKind.DATA);
        assertThat(isConfig(sent.get(1))).isTrue();
        assertThat(pictures(sent)).hasSize(30).isSorted();
        assertThat(sent).allSatisfy(each -> assertThat(each.clockMs()).isEqualTo(each.timestampMs()));
        assertThat(sent.getLast().timestampMs()).isEqualTo(29 * FRAME_MS);
    }

    @Test
    void reconnectsAndRepeatsInterruptedGop() throws Exception {
        // StreamMetadata, header, frames 0 to 13.
        failAfter.add(2 + 14);
        refusals = 3;
        job(30).run();
        assertThat(sessions).hasSize(2);
        assertThat(pictures(sessions.get(0))).startsWith(0).endsWith(13);
        List<Sent> second = sessions.get(1);
        assertThat(second.get(0).kind()).isEqualTo(MediaKind.DATA);
        assertThat(isConfig(second.get(1))).isTrue();
        assertThat(pictures(second)).startsWith(10).endsWith(29).hasSize(20).isSorted();
        assertThat(second.get(2).timestampMs()).isZero();
        assertThat(troubles).hasSize(4).first().asString().contains("the server went away").contains("retrying in 1 s");
        assertThat(troubles.getLast()).contains("lost connection to rtmp://127.0.0.1/live/…: ")
                .contains("Connection refused").contains("retrying in 8 s");
    }

    @Test
    void reportsRefusalOfFirstAttempt() throws IOException {
        ReplayJob job = new ReplayJob(past(1), () -> {}, URL, (_, _) -> {}, _ -> {
            throw new ConnectException("Connection refused");
        }, clock);
        assertThatThrownBy(job::run).isInstanceOf(UserError.class)
                .hasMessageContaining("cannot publish to rtmp://127.0.0.1/live/…: ")
                .hasMessageContaining("./millrace up");
    }

    @Test
    void cancelEndsBlockedSend() throws Exception {
        var sink = new BlockedSink();
        sink.assertCancelEnds(new ReplayJob(past(30), () -> {}, URL, (_, _) -> {}, _ -> sink, clock));
    }

    @Test
    void cancelStopsReading() throws Exception {
        boolean[] stopped = {false};
        ReplayJob job = new ReplayJob(past(30), () -> stopped[0] = true, URL, (_, _) -> {}, _ -> connect(), clock);
        job.cancel();
        job.run();
        assertThat(stopped[0]).isTrue();
        assertThat(pictures(sessions.getFirst())).isEmpty();
    }
}
