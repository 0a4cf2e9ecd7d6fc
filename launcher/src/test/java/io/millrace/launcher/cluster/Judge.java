package io.millrace.launcher.cluster;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.SoftAssertions;

/** What must hold between what was sent, what the log has, and what viewers got: by the numbers inside the media. */
final class Judge {
    private Judge() {}

    /**
     * Of a publish that ended in good order the log has everything. Of one that did not, it has each frame at most once
     * and in order: what was not acknowledged when its node died is nobody's promise.
     */
    static void sentIsInTheLog(SoftAssertions judge, Encoder encoder, UndisturbedRun run) {
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

    /** Frames of the log that no segment has. */
    static long lost(UndisturbedRun run) {
        Set<String> found = new HashSet<>();
        run.segments().forEach(segment -> found.addAll(SegmentLedger.names(ByteBuffer.wrap(segment.bytes()))));
        return without(run.names(), found).size();
    }

    /** Every frame that the log has stands in one segment, once, and nothing else does. */
    static void logIsInTheSegments(SoftAssertions judge, String stream, UndisturbedRun run) {
        List<String> video = new ArrayList<>();
        List<String> audio = new ArrayList<>();
        for (UndisturbedRun.Segment segment : run.segments()) {
            for (String name : SegmentLedger.names(ByteBuffer.wrap(segment.bytes()))) {
                (NumberedFrame.isVideo(name) ? video : audio).add(name);
            }
        }
        same(judge, "pictures in the segments of " + stream, video,
                run.names().stream().filter(NumberedFrame::isVideo).toList());
        same(judge, "sound in the segments of " + stream, audio,
                run.names().stream().filter(name -> !NumberedFrame.isVideo(name)).toList());
        long discontinuities = run.segments().stream().filter(UndisturbedRun.Segment::discontinuous).count();
        judge.assertThat(discontinuities).as("discontinuities of %s, of which a session that takes over makes one",
                stream).isEqualTo(run.takeovers() - 1L);
    }

    /** Every segment from the first one that it saw, each once, in order. */
    static void hls(SoftAssertions judge, HlsViewer viewer, UndisturbedRun run) {
        List<String> all = run.segments().stream().map(UndisturbedRun.Segment::path).toList();
        judge.assertThat(viewer.disorder()).as("playlists of %s at edge %d", viewer.stream(), viewer.edge()).isEmpty();
        same(judge, "segments of " + viewer.stream() + " seen at edge " + viewer.edge(), viewer.segments(),
                all.subList(Math.max(0, all.indexOf(viewer.segments().getFirst())), all.size()));
        judge.assertThat(viewer.discontinuous()).as("discontinuities of %s at edge %d", viewer.stream(), viewer.edge())
                .containsExactlyInAnyOrderElementsOf(run.segments().stream()
                        .filter(UndisturbedRun.Segment::discontinuous).map(UndisturbedRun.Segment::path).toList());
    }

    /** A run of the log's frames without a gap for every connection, the last one up to the end. */
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

    /** Tells of two long lists where they part, and what one has and the other has not. */
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
