package io.millrace.launcher.cluster;

import io.millrace.media.rtmp.MediaKind;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.SessionEnded;
import io.millrace.segmenter.cut.StreamFold;
import io.millrace.testkit.Records;
import io.millrace.testkit.oracle.Promise;
import io.millrace.testkit.oracle.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The judge accepts a stream of which everything was served, and names the promise that is broken otherwise. */
class ReferenceJudgeTest {
    private static final String STREAM = "live/show";
    private static final int SECONDS = 6;

    private final Encoder encoder = new Encoder(null, 0, STREAM);
    private final ReferenceJudge judge = new ReferenceJudge();
    private final UndisturbedRun run = new UndisturbedRun(STREAM);
    private final StreamFold fold = new StreamFold(STREAM);
    private final SegmentLedger ledger = new SegmentLedger();
    private final List<String> sent = new ArrayList<>();
    private long session;
    private long offset;
    private long seq;

    private void write(PacketsRecord record) {
        judge.packets(STREAM, offset, record);
        run.fold(offset, record);
        fold.fold(offset, record).cuts().forEach(cut -> judge.segments(STREAM, cut));
        offset++;
    }

    private void write(NumberedFrame frame, Packet.Content content) {
        write(new Packet(session, seq++, TimeUnit.MILLISECONDS.toMicros(Records.EPOCH_MS + frame.timestampMs()),
                frame.timestampMs(), 0, frame.kind() == MediaKind.VIDEO ? Packet.Kind.VIDEO : Packet.Kind.AUDIO, 0,
                content, frame.body()));
    }

    /** An encoder publishes some seconds, of which the log loses none. */
    private void publish() {
        write(Records.CLAIM);
        NumberedFrame.configs().forEach(config -> write(config, Packet.Content.CONFIG));
        int audio = 0;
        for (int video = 0; video * NumberedFrame.VIDEO_MS < SECONDS * 1_000; video++) {
            send(NumberedFrame.video(0, 0, video, Records.EPOCH_MS));
            while (audio * NumberedFrame.AUDIO_MS < (video + 1) * NumberedFrame.VIDEO_MS) {
                send(NumberedFrame.audio(0, 0, audio++, Records.EPOCH_MS));
            }
        }
        write(new SessionEnded(0, Records.EPOCH_MS, SessionEnded.Reason.UNPUBLISHED, ""));
        encoder.publishes().add(new Encoder.Publish(sent, true));
    }

    private void send(NumberedFrame frame) {
        sent.add(frame.name());
        write(frame, NumberedFrame.isKeyframe(frame.name()) ? Packet.Content.KEYFRAME : Packet.Content.OTHER);
    }

    /** An encoder connects again and ends before its first frame. */
    private void publishNothing() {
        session = offset;
        write(Records.CLAIM);
        NumberedFrame.configs().forEach(config -> write(config, Packet.Content.CONFIG));
        write(new SessionEnded(session, Records.EPOCH_MS, SessionEnded.Reason.UNPUBLISHED, ""));
    }

    private void serve(List<UndisturbedRun.Segment> segments) {
        segments.forEach(segment -> ledger.fetched(segment.path(), segment.bytes(), "edge 0"));
    }

    private List<Promise> broken() {
        return judge.violations(List.of(encoder), ledger).stream().map(Violation::promise).toList();
    }

    @Test
    void acceptsStreamOfWhichEverythingWasServed() {
        publish();
        serve(run.segments());
        assertThat(run.segments()).hasSizeGreaterThan(1);
        assertThat(judge.violations(List.of(encoder), ledger)).isEmpty();
    }

    @Test
    void acceptsSessionWithoutFrames() {
        publish();
        publishNothing();
        var checks = new SoftAssertions();
        Judge.assertLogIsInSegments(checks, STREAM, run);
        checks.assertAll();
        serve(run.segments());
        assertThat(judge.violations(List.of(encoder), ledger)).isEmpty();
    }

    @Test
    void findsSegmentThatWasNotServed() {
        publish();
        serve(run.segments().subList(1, run.segments().size()));
        assertThat(broken()).containsExactly(Promise.LOGGED_IS_SHOWN);
    }

    @Test
    void findsFrameThatNobodySent() {
        publish();
        serve(run.segments());
        sent.removeLast();
        assertThat(broken()).containsExactly(Promise.SHOWN_WAS_SENT);
    }

    @Test
    void findsOtherBytesOfOneUrl() {
        publish();
        serve(run.segments());
        UndisturbedRun.Segment first = run.segments().getFirst();
        byte[] other = first.bytes().clone();
        other[other.length - 1] ^= 1;
        ledger.fetched(first.path(), other, "edge 1");
        assertThat(broken()).containsExactly(Promise.ONE_CONTENT_PER_IDENTITY);
    }

    @Test
    void findsCutThatIsServedUnderAnotherNumber() {
        publish();
        serve(run.segments().subList(0, 1));
        List<UndisturbedRun.Segment> others = run.segments().subList(1, run.segments().size());
        others.forEach(segment -> ledger.fetched(segment.path().replaceFirst("(\\d+)\\.ts", "9$1.ts"),
                segment.bytes(), "edge 0"));
        assertThat(broken()).containsExactly(Promise.CUT_IS_SERVED);
    }
}
