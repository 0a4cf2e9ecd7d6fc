package io.millrace.platform.timeline;

import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.StreamEntry;
import io.millrace.testkit.Records;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Two epochs of one stream; the offset of a record is its index. */
class StreamTagsTest {
    private static final Tracks BOTH = Tracks.of(Records.TRACKS);
    private static final Tracks VIDEO_ONLY = Tracks.of(Records.TRACKS.subList(0, 1));
    private static final int SECOND_EPOCH = 8;
    private static final List<PacketsRecord> LOG = List.of(Records.CLAIM,
            Records.videoConfig(0, 0, Records.AVC_RECORD),
            Records.video(0, 1, 1_000, true, 1),
            Records.audio(0, 2, 1_010),
            Records.video(0, 3, 1_040, true, 2),
            Records.audio(0, 4, 1_050),
            new SessionEnded(0, Records.EPOCH_MS + 60, SessionEnded.Reason.UNPUBLISHED, ""),
            new GraceOver(0, Records.EPOCH_MS + 30_060),
            Records.CLAIM,
            Records.video(SECOND_EPOCH, 0, 7_000, true, 1),
            Records.video(SECOND_EPOCH, 1, 7_040, false, 2));
    private static final StreamEntry FIRST = Records.entry("live/show", 0, StreamEntry.State.ENDED, Records.TRACKS, 7);
    private static final List<String> SECOND_OF_FIRST = List.of("VIDEO 40 entry", "AUDIO 50", "end epoch_over");

    @Test
    void timesAreThoseOfEpoch() {
        assertThat(told(StreamTags.fromBeginning(0, BOTH, _ -> Optional.empty()))).startsWith("VIDEO 0 entry",
                "AUDIO 10").endsWith(SECOND_OF_FIRST.toArray(String[]::new));
    }

    @Test
    void tagsFromLaterKeyframeAreSame() {
        assertThat(told(StreamTags.ofEpoch(FIRST, new Keyframe(0, 4, -1_000), BOTH))).isEqualTo(SECOND_OF_FIRST);
    }

    @Test
    void laterEpochHasOwnTracksAndTimes() {
        List<Long> asked = new ArrayList<>();
        StreamTags tags = StreamTags.fromBeginning(0, BOTH, epoch -> {
            asked.add(epoch);
            return Optional.of(VIDEO_ONLY);
        });
        assertThat(told(tags)).endsWith("end epoch_over", "VIDEO 0 entry", "VIDEO 40");
        assertThat(asked).containsExactly((long) SECOND_EPOCH);
        assertThat(tags.epoch()).isEqualTo(SECOND_EPOCH);
        assertThat(tags.tracks()).isEqualTo(VIDEO_ONLY);
        assertThat(tags.headers()).hasSize(1);
    }

    @Test
    void tagsOfOneEpochKeepItsHeadersAfterItsEnd() {
        StreamTags tags = StreamTags.ofEpoch(FIRST, new Keyframe(0, 2, -1_000), BOTH);
        assertThat(told(tags)).endsWith("end epoch_over");
        assertThat(tags.epoch()).isZero();
        assertThat(tags.headers()).hasSize(2);
    }

    @Test
    void isLiveUntilThePublisherLeavesAndOverWhenTheGracePeriodHasExpired() {
        StreamTags tags = StreamTags.ofEpoch(FIRST, new Keyframe(0, 2, -1_000), BOTH);
        assertThat(tags.isLive()).isTrue();
        tags.fold(6, LOG.get(6));
        assertThat(tags.isLive()).isFalse();
        assertThat(tags.isOver()).isFalse();
        tags.fold(7, LOG.get(7));
        assertThat(tags.isOver()).isTrue();
    }

    private static List<String> told(StreamTags tags) {
        List<String> told = new ArrayList<>();
        for (int offset = 0; offset < LOG.size(); offset++) {
            for (TagEvent event : tags.fold(offset, LOG.get(offset))) {
                told.add(switch (event) {
                    case TagEvent.Media media -> media.tag().type() + " " + media.tag().timestampMs()
                            + (media.entry() ? " entry" : "");
                    case TagEvent.End(TagEvent.Reason reason) -> "end " + reason.label();
                });
            }
        }
        return told;
    }
}
