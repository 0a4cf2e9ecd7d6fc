package io.millrace.launcher.cluster;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;

/** What must hold between what was sent, what the log has, and what viewers got: by the numbers inside the media. */
final class Judge {
    private Judge() {}

    /** Of each publish the log has a beginning without a gap, and of one that ended in good order everything. */
    static void sentIsInTheLog(SoftAssertions judge, Encoder encoder, UndisturbedRun run) {
        List<List<String>> logged = new ArrayList<>();
        encoder.publishes().forEach(_ -> logged.add(new ArrayList<>()));
        run.names().forEach(name -> logged.get(NumberedFrame.publish(name)).add(name));
        for (int i = 0; i < logged.size(); i++) {
            Encoder.Publish publish = encoder.publishes().get(i);
            if (publish.clean()) {
                judge.assertThat(logged.get(i)).as("%s, publish %d, which ended in good order", encoder.stream(), i)
                        .isEqualTo(publish.sent());
            } else {
                int count = Math.min(logged.get(i).size(), publish.sent().size());
                judge.assertThat(logged.get(i)).as("%s, publish %d, whose node died", encoder.stream(), i)
                        .isEqualTo(publish.sent().subList(0, count));
            }
        }
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
        judge.assertThat(video).as("pictures in the segments of %s", stream)
                .isEqualTo(run.names().stream().filter(NumberedFrame::isVideo).toList());
        judge.assertThat(audio).as("sound in the segments of %s", stream)
                .isEqualTo(run.names().stream().filter(name -> !NumberedFrame.isVideo(name)).toList());
        long discontinuities = run.segments().stream().filter(UndisturbedRun.Segment::discontinuous).count();
        judge.assertThat(discontinuities).as("discontinuities of %s, of which a session that takes over makes one",
                stream).isEqualTo(run.takeovers() - 1L);
    }

    /** Every segment from the first one that it saw, each once, in order. */
    static void hls(SoftAssertions judge, HlsViewer viewer, UndisturbedRun run) {
        List<String> all = run.segments().stream().map(UndisturbedRun.Segment::path).toList();
        judge.assertThat(viewer.disorder()).as("playlists of %s at edge %d", viewer.stream(), viewer.edge()).isEmpty();
        judge.assertThat(viewer.segments()).as("segments of %s seen at edge %d", viewer.stream(), viewer.edge())
                .isEqualTo(all.subList(Math.max(0, all.indexOf(viewer.segments().getFirst())), all.size()));
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
                judge.assertThat(List.copyOf(frames)).as("frames of %s by FLV at edge %d", viewer.stream(),
                        viewer.edge()).isEqualTo(run.names().subList(first, end));
            }
        }
        List<String> last = viewer.connections().getLast();
        judge.assertThat(last.getLast()).as("the end of %s by FLV at edge %d", viewer.stream(), viewer.edge())
                .isEqualTo(run.names().getLast());
    }
}
