package io.millrace.tools.push;

import io.millrace.media.codec.NalUnits;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.platform.UserError;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PushJobTest {
    private static final URI URL = URI.create("rtmp://127.0.0.1/live/show");
    private static final PushProgress NO_PROGRESS = (bytes, mediaMs) -> {};

    /** A clock that advances only by waiting. */
    private static final class SteppedClock implements PaceClock {
        private long nowNanos = 1_000_000_007L;

        @Override
        public long nowNanos() {
            return nowNanos;
        }

        @Override
        public void waitUntil(long nanos, CountDownLatch cancelled) {
            nowNanos = Math.max(nowNanos, nanos);
        }

        long elapsedMs() {
            return TimeUnit.NANOSECONDS.toMillis(nowNanos - 1_000_000_007L);
        }
    }

    record Sent(MediaKind kind, long timestampMs, long clockMs, ByteBuffer body) {}

    /** Records what is sent, with the time of the clock. */
    private static final class Recorder implements MediaSink {
        private final SteppedClock clock = new SteppedClock();
        private final List<Sent> sent = new ArrayList<>();
        private int failAt = Integer.MAX_VALUE;
        private boolean closed;

        @Override
        public void send(MediaKind kind, long timestampMs, ByteBuffer body) throws IOException {
            if (sent.size() == failAt) {
                throw new IOException("the server went away");
            }
            sent.add(new Sent(kind, timestampMs, clock.elapsedMs(), body));
        }

        @Override
        public void close() {
            closed = true;
        }

        PushJob job(PushJob job) {
            return job.with(_ -> this, clock);
        }

        long[] times(MediaKind kind, int headers) {
            return sent.stream().filter(s -> s.kind == kind).mapToLong(Sent::timestampMs).skip(headers).toArray();
        }
    }

    private static PushJob job(String name, boolean loop) {
        return new PushJob(TestFiles.path(name), URL, loop, NO_PROGRESS);
    }

    @ParameterizedTest
    @CsvSource({"moov-first.mp4", "remuxed.flv", "recorded.flv"})
    void sendsMessagesAtTheirTime(String name) throws InterruptedException {
        var recorder = new Recorder();
        recorder.job(job(name, false)).run();
        assertThat(recorder.sent).hasSizeGreaterThan(30).allSatisfy(s -> assertThat(s.clockMs)
                .isBetween(s.timestampMs, s.timestampMs + 5));
        assertThat(recorder.clock.elapsedMs()).isBetween(640L, 680L);
        assertThat(recorder.closed).isTrue();
    }

    /** Runs the demo job for the given media time; the progress callback cancels it. */
    private static Recorder demo(long untilMs) throws InterruptedException {
        var recorder = new Recorder();
        PushJob[] job = new PushJob[1];
        job[0] = recorder.job(PushJob.demo(URL, (bytes, mediaMs) -> {
            if (mediaMs >= untilMs) {
                job[0].cancel();
            }
        }));
        job[0].run();
        return recorder;
    }

    @Test
    void demoLoopsSeamlessly() throws InterruptedException {
        var recorder = demo(60_000);
        assertThat(steps(recorder.times(MediaKind.VIDEO, 1))).containsOnly(33L, 34L);
        assertThat(steps(recorder.times(MediaKind.AUDIO, 1))).containsOnly(21L, 22L);
        long[] video = recorder.times(MediaKind.VIDEO, 1);
        assertThat(video[720]).isEqualTo(24_000);
        assertThat(video[1440]).isEqualTo(48_000);
        assertThat(recorder.closed).isTrue();
    }

    private static List<Long> steps(long[] times) {
        return IntStream.range(1, times.length).mapToObj(i -> times[i] - times[i - 1]).distinct().toList();
    }

    @Test
    void demoHasIdrEveryTwoSeconds() throws InterruptedException {
        List<Long> idrs = new ArrayList<>();
        for (Sent sent : demo(30_000).sent) {
            if (sent.kind == MediaKind.VIDEO && VideoTagBody.parse(sent.body) instanceof VideoTagBody.Frame frame) {
                assertThat(NalUnits.containsIdr(frame.data(), 4)).isEqualTo(frame.flaggedKey());
                if (frame.flaggedKey()) {
                    idrs.add(sent.timestampMs);
                }
            }
        }
        assertThat(idrs).isEqualTo(LongStream.rangeClosed(0, 15).map(n -> n * 2000).boxed().toList());
    }

    @Test
    void sendsSequenceHeadersAndMetadataOnce() throws InterruptedException {
        List<Sent> sent = demo(60_000).sent;
        assertThat(sent.stream().filter(s -> s.kind == MediaKind.DATA)).hasSize(1);
        assertThat(sent.stream().filter(s -> s.kind == MediaKind.VIDEO && s.body.get(1) == 0)).hasSize(1);
        assertThat(sent.stream().filter(s -> s.kind == MediaKind.AUDIO && s.body.get(1) == 0)).hasSize(1);
    }

    @Test
    void reportsProgress() throws InterruptedException {
        var recorder = new Recorder();
        List<Long> bytes = new ArrayList<>();
        recorder.job(new PushJob(TestFiles.path("remuxed.flv"), URL, false, (b, _) -> bytes.add(b))).run();
        assertThat(bytes).hasSameSizeAs(recorder.sent).isSorted();
        assertThat(bytes.getLast()).isEqualTo(recorder.sent.stream().mapToLong(s -> s.body.remaining()).sum());
    }

    @Test
    void sendsNothingIfCancelledInAdvance() throws InterruptedException {
        var recorder = new Recorder();
        PushJob job = recorder.job(job("remuxed.flv", true));
        job.cancel();
        job.run();
        assertThat(recorder.sent).isEmpty();
        assertThat(recorder.closed).isTrue();
    }

    @Test
    void cancelWakesRealClock() throws InterruptedException {
        var recorder = new Recorder();
        PushJob[] job = new PushJob[1];
        var looped = new PushJob(TestFiles.path("remuxed.flv"), URL, true, (_, _) -> job[0].cancel());
        job[0] = looped.with(_ -> recorder, PaceClock.SYSTEM);
        job[0].run();
        assertThat(recorder.sent).hasSize(1);
    }

    @Test
    void cancelEndsBlockedSend() throws Exception {
        var sink = new BlockedSink();
        sink.assertCancelEnds(job("remuxed.flv", true).with(_ -> sink, PaceClock.SYSTEM));
    }

    @Test
    void lostSessionIsOneLineAndClosed() {
        var recorder = new Recorder();
        recorder.failAt = 20;
        assertThatThrownBy(() -> recorder.job(job("remuxed.flv", false)).run()).isInstanceOf(UserError.class)
                .hasMessageContaining("rtmp://127.0.0.1/live/…").hasMessageContaining("the server went away")
                .hasMessageNotContaining("\n");
        assertThat(recorder.closed).isTrue();
    }

    @Test
    void missingServerIsOneLine() {
        PushJob job = job("remuxed.flv", false).with(_ -> {
            throw new ConnectException("Connection refused");
        }, PaceClock.SYSTEM);
        assertThatThrownBy(job::run).isInstanceOf(UserError.class).hasMessage("cannot publish to "
                + "rtmp://127.0.0.1/live/…: Connection refused; start a server with ./millrace up, or check the URL");
    }

    @Test
    void credentialsAreNotPrinted() {
        PushJob job = new PushJob(TestFiles.path("remuxed.flv"), URI.create(URL + "?key=of-mine"), false, NO_PROGRESS)
                .with(url -> {
                    assertThat(url).hasQuery("key=of-mine");
                    throw new ConnectException("Connection refused");
                }, PaceClock.SYSTEM);
        assertThatThrownBy(job::run).isInstanceOf(UserError.class)
                .hasMessageStartingWith("cannot publish to rtmp://127.0.0.1/live/…: Connection refused;");
    }

    @Test
    void unreadableFilesAreOneLine(@TempDir Path dir) {
        var missing = new PushJob(dir.resolve("no.flv"), URL, false, NO_PROGRESS);
        assertThatThrownBy(missing::run).isInstanceOf(UserError.class)
                .hasMessage("cannot read " + dir.resolve("no.flv") + ": there is no such file");
        var directory = new PushJob(dir, URL, false, NO_PROGRESS);
        assertThatThrownBy(directory::run).isInstanceOf(UserError.class).hasMessageContaining("it is a directory");
    }

    @Test
    void unsupportedFilesComeWithConversionCommand(@TempDir Path dir) throws IOException {
        byte[] bytes = Files.readAllBytes(TestFiles.path("hevc.mp4"));
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("hev1");
        System.arraycopy("vvc1".getBytes(StandardCharsets.ISO_8859_1), 0, bytes, at, 4);
        Path vvc = Files.write(dir.resolve("it's vvc.mp4"), bytes);
        var job = new PushJob(vvc, URI.create("rtmp://h/live/show?key=a&b"), true, NO_PROGRESS);
        assertThatThrownBy(job::run).isInstanceOf(UserError.class).hasMessageContaining("'vvc1'")
                .hasMessageEndingWith(": ffmpeg -re -stream_loop -1 -i '" + dir + "/it'\\''s vvc.mp4'"
                        + " -c:v libx264 -pix_fmt yuv420p -bf 2 -g 60 -c:a aac -f flv rtmp://h/live/…")
                .hasMessageNotContaining("show").hasMessageNotContaining("key");
    }

    @Test
    void truncatedFileFailsAfterWholeMessages(@TempDir Path dir) throws IOException {
        byte[] bytes = Files.readAllBytes(TestFiles.path("remuxed.flv"));
        Path cut = Files.write(dir.resolve("cut.flv"), Arrays.copyOf(bytes, bytes.length / 2 - 30));
        var recorder = new Recorder();
        assertThatThrownBy(recorder.job(new PushJob(cut, URL, false, NO_PROGRESS))::run).isInstanceOf(UserError.class)
                .hasMessageContaining("is truncated");
        assertThat(recorder.sent).hasSizeGreaterThan(5);
        assertThat(recorder.closed).isTrue();
    }

    @Test
    void reportsOmittedTracks(@TempDir Path dir) throws IOException, InterruptedException {
        List<String> said = new ArrayList<>();
        PushJob job = new PushJob(TestFiles.path("two-sounds.mp4"), URL, false, new PushProgress() {
            @Override
            public void sent(long bytes, long mediaMs) {
                // No progress is needed.
            }

            @Override
            public void trouble(String what) {
                said.add(what);
            }
        });
        new Recorder().job(job).run();
        assertThat(said).hasSize(1).first().asString().contains("1 additional");
    }
}
