package io.millrace.launcher.cluster;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** The content of a stream's log, and from it the expected result of reading a range. Immutable. */
final class ExpectedRanges {
    /** How far before the end of a range the last frame may be: the duration of an audio access unit. */
    private static final long END_SLACK_MS = NumberedFrame.AUDIO_MS + NumberedFrame.VIDEO_MS;

    private final UndisturbedRun run;
    /** PROGRAM-DATE-TIME of time 0 of each publish. */
    private final Map<Integer, Long> origins = new HashMap<>();

    ExpectedRanges(UndisturbedRun run) {
        this.run = run;
        for (UndisturbedRun.Segment segment : run.segments()) {
            String name = NumberedFrame.names(ByteBuffer.wrap(segment.bytes())).filter(NumberedFrame::isVideo)
                    .findFirst().orElseThrow();
            origins.putIfAbsent(NumberedFrame.publish(name), segment.startMs() - NumberedFrame.timestampMs(name));
        }
    }

    /** PROGRAM-DATE-TIME of the first frame, ms since 1970. */
    long beginMs() {
        return run.segments().getFirst().startMs();
    }

    /** PROGRAM-DATE-TIME of the end of the newest complete segment. */
    long endMs() {
        return run.segments().isEmpty() ? 0 : run.segments().getLast().endMs();
    }

    String lastPath() {
        return run.segments().getLast().path();
    }

    /** Returns the concatenated bytes of the segments that overlap the time from {@code startMs} to {@code endMs}. */
    void isRangeOfSegments(List<RangePlayer.Fetched> got, long startMs, long endMs) {
        List<UndisturbedRun.Segment> due = run.segments().stream()
                .filter(s -> s.endMs() > startMs && s.startMs() < endMs).toList();
        assertThat(got.stream().map(RangePlayer.Fetched::path)).as("segments from %d to %d", startMs, endMs)
                .containsExactlyElementsOf(due.stream().map(UndisturbedRun.Segment::path).toList());
        for (int i = 0; i < due.size(); i++) {
            assertThat(got.get(i).bytes()).as(due.get(i).path()).isEqualTo(due.get(i).bytes());
        }
    }

    /**
     * Returns the frames of the log from the keyframe at or before {@code startMs} to {@code endMs}, each exactly once.
     */
    void isRangeOfFrames(List<String> got, long startMs, long endMs) {
        isKeyframeAtOrBefore(got.getFirst(), startMs);
        int first = run.names().indexOf(got.getFirst());
        assertThat(got).as("frames from %d to %d", startMs, endMs)
                .isEqualTo(run.names().subList(first, first + got.size()));
        if (first + got.size() < run.names().size()) {
            String next = run.names().get(first + got.size());
            assertThat(dateMs(got.getLast())).as("the last frame, %s", got.getLast())
                    .isLessThan(endMs);
            assertThat(dateMs(next)).as("the frame that is not there, %s", next)
                    .isGreaterThanOrEqualTo(endMs - END_SLACK_MS);
        }
    }

    /**
     * As above, for a read that continued live. The log has grown meanwhile, so the frames after its former end are
     * checked by their numbers.
     */
    void isRunOfFrames(List<String> got, long startMs) {
        isKeyframeAtOrBefore(got.getFirst(), startMs);
        isCounted(got);
    }

    void isRunOfSegments(List<RangePlayer.Fetched> got, long startMs) {
        UndisturbedRun.Segment due = run.segments().stream().filter(s -> s.endMs() > startMs).findFirst()
                .orElseThrow();
        assertThat(got.getFirst().path()).as("the first segment from %d on", startMs).isEqualTo(due.path());
        isCounted(got.stream().flatMap(s -> SegmentLedger.names(ByteBuffer.wrap(s.bytes())).stream())
                .toList());
    }

    /**
     * Returns the keyframe that begins the segment playing at that time, so that all outputs start at the same frame.
     */
    private void isKeyframeAtOrBefore(String name, long momentMs) {
        UndisturbedRun.Segment due = run.segments().stream().filter(s -> s.startMs() <= momentMs)
                .reduce((_, later) -> later).orElse(run.segments().getFirst());
        String keyframe = NumberedFrame.names(ByteBuffer.wrap(due.bytes())).filter(NumberedFrame::isVideo).findFirst()
                .orElseThrow();
        assertThat(NumberedFrame.isKeyframe(keyframe)).as("%s begins with a keyframe", due.path()).isTrue();
        assertThat(name).as("the keyframe at or before %d", momentMs).isEqualTo(keyframe);
    }

    private long dateMs(String name) {
        return origins.get(NumberedFrame.publish(name)) + NumberedFrame.timestampMs(name);
    }

    /** Checks that the video and audio frames of a publish have no gaps and no repeats. */
    private static void isCounted(List<String> names) {
        for (boolean video : new boolean[]{true, false}) {
            List<Long> times = names.stream().filter(n -> NumberedFrame.isVideo(n) == video)
                    .map(NumberedFrame::timestampMs).toList();
            long step = video ? NumberedFrame.VIDEO_MS : NumberedFrame.AUDIO_MS;
            assertThat(times).isNotEmpty();
            for (int i = 1; i < times.size(); i++) {
                assertThat(times.get(i) - times.get(i - 1)).as("ms from one to the next, at %d ms", times.get(i))
                        .isEqualTo(step);
            }
        }
    }
}
