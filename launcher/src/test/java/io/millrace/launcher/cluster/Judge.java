package io.millrace.launcher.cluster;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.SoftAssertions;

/** Compares what was sent, what the log contains and what viewers received, by the numbers inside the media. */
final class Judge {
    private Judge() {}

    /**
     * The log must contain every frame of a publish that ended in good order. Of any other publish, it must contain
     * each frame at most once and in order: frames that were not acknowledged when the node died may be missing.
     */
    static void assertSentIsInLog(SoftAssertions judge, Encoder encoder, UndisturbedRun run) {
        List<List<String>> logged = new ArrayList<>();
        encoder.publishes().forEach(_ -> logged.add(new ArrayList<>()));
        run.names().forEach(name -> logged.get(NumberedFrame.publish(name)).add(name));
        for (int i = 0; i < logged.size(); i++) {
            Encoder.Publish publish = encoder.publishes().get(i);
            if (publish.clean()) {
                same(judge, encoder.stream() + ", publish " + i + ", which ended in good order", logged.get(i),
                        publish.sent());
            } else {
                Set<String> arrived = new HashSet<>(logged.get(i));
                same(judge, encoder.stream() + ", publish " + i + ", whose node died", logged.get(i),
                        publish.sent().stream().filter(arrived::contains).toList());
            }
        }
    }

    /**
     * Returns the frames between a picture that the log did not accept, which then ended the publish, and the next
     * keyframe.
     */
    static Set<String> afterHoles(List<String> names) {
        Set<String> after = new HashSet<>();
        String last = null;
        boolean hole = false;
        for (String name : names) {
            if (NumberedFrame.isVideo(name)) {
                boolean follows = last != null && NumberedFrame.publish(last) == NumberedFrame.publish(name)
                        && NumberedFrame.timestampMs(last) + NumberedFrame.VIDEO_MS == NumberedFrame.timestampMs(name);
                hole = !NumberedFrame.isKeyframe(name) && (hole || !follows);
                last = name;
            }
            if (hole) {
                after.add(name);
            }
        }
        return after;
    }

    /** Returns the frames of the log that are in no segment, apart from those after holes. */
    static long lost(UndisturbedRun run) {
        Set<String> found = new HashSet<>();
        run.segments().forEach(segment -> found.addAll(SegmentLedger.names(ByteBuffer.wrap(segment.bytes()))));
        found.addAll(afterHoles(run.names()));
        return without(run.names(), found).size();
    }

    /**
     * Every frame of the log must be in exactly one segment, and segments must contain nothing else. Frames after a hole
     * need not be: without their keyframe they cannot be decoded.
     */
    static void assertLogIsInSegments(SoftAssertions judge, String stream, UndisturbedRun run) {
        List<String> video = new ArrayList<>();
        List<String> audio = new ArrayList<>();
        for (UndisturbedRun.Segment segment : run.segments()) {
            for (String name : SegmentLedger.names(ByteBuffer.wrap(segment.bytes()))) {
                (NumberedFrame.isVideo(name) ? video : audio).add(name);
            }
        }
        Set<String> optional = afterHoles(run.names());
        optional.removeAll(video);
        optional.removeAll(audio);
        same(judge, "pictures in the segments of " + stream, video,
                run.names().stream().filter(NumberedFrame::isVideo).filter(n -> !optional.contains(n)).toList());
        same(judge, "sound in the segments of " + stream, audio, run.names().stream()
                .filter(name -> !NumberedFrame.isVideo(name)).filter(n -> !optional.contains(n)).toList());
        long discontinuities = run.segments().stream().filter(UndisturbedRun.Segment::discontinuous).count();
        judge.assertThat(discontinuities).as("discontinuities of %s, of which a session that takes over makes one",
                stream).isEqualTo(Math.max(0, run.sessionsWithFrames() - 1L));
    }

    /** An HLS viewer must receive every segment from the first one that it saw, each once and in order. */
    static void hls(SoftAssertions judge, HlsViewer viewer, UndisturbedRun run) {
        List<String> all = run.segments().stream().map(UndisturbedRun.Segment::path).toList();
        judge.assertThat(viewer.disorder()).as("playlists of %s at edge %d", viewer.stream(), viewer.edge()).isEmpty();
        same(judge, "segments of " + viewer.stream() + " seen at edge " + viewer.edge(), viewer.segments(),
                all.subList(Math.max(0, all.indexOf(viewer.segments().getFirst())), all.size()));
        judge.assertThat(viewer.discontinuous()).as("discontinuities of %s at edge %d", viewer.stream(), viewer.edge())
                .containsExactlyInAnyOrderElementsOf(run.segments().stream()
                        .filter(UndisturbedRun.Segment::discontinuous).map(UndisturbedRun.Segment::path).toList());
    }

    /** Every connection must receive a run of the log's frames without a gap, the last one up to the end. */
    static void flv(SoftAssertions judge, FlvViewer viewer, UndisturbedRun run) {
        judge.assertThat(viewer.disorder()).as("times of %s at edge %d", viewer.stream(), viewer.edge()).isEmpty();
        for (List<String> frames : viewer.connections()) {
            if (!frames.isEmpty()) {
                int first = Math.max(0, run.names().indexOf(frames.getFirst()));
                int end = Math.min(first + frames.size(), run.names().size());
                same(judge, "frames of " + viewer.stream() + " by FLV at edge " + viewer.edge(),
                        List.copyOf(frames), run.names().subList(first, end));
            }
        }
        List<String> last = viewer.connections().getLast();
        judge.assertThat(last.getLast()).as("the end of %s by FLV at edge %d", viewer.stream(), viewer.edge())
                .isEqualTo(run.names().getLast());
    }

    /** Describes where two long lists differ, and what each has that the other does not. */
    private static void same(SoftAssertions judge, String what, List<String> actual, List<String> expected) {
        if (actual.equals(expected)) {
            return;
        }
        int at = 0;
        while (at < Math.min(actual.size(), expected.size()) && actual.get(at).equals(expected.get(at))) {
            at++;
        }
        judge.fail("%s: %d and not %d; from %d on %s and not %s; lost %s, and never expected %s", what, actual.size(),
                expected.size(), at, few(actual.subList(at, actual.size())),
                few(expected.subList(at, expected.size())), few(without(expected, actual)),
                few(without(actual, expected)));
    }

    private static List<String> without(List<String> all, Collection<String> some) {
        Set<String> known = new HashSet<>(some);
        return all.stream().filter(each -> !known.contains(each)).toList();
    }

    private static String few(List<String> all) {
        return all.size() + " " + all.stream().limit(3).toList();
    }
}
