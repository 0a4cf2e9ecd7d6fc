package io.millrace.platform.timeline;

import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.SessionTracks;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.TrackSet;
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
    void timesCountFromStartOfEpoch() {
        assertThat(told(StreamTags.fromBeginning(0, BOTH, _ -> Optional.empty()))).startsWith("VIDEO 0 entry",
                "AUDIO 10").endsWith(SECOND_OF_FIRST.toArray(String[]::new));
    }

    @Test
    void sameTagsFromLaterKeyframe() {
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

    /** The number of an epoch that began after a loss of records is not the offset of its first claim. */
    @Test
    void epochOfLaterGenerationBeginsAtItsOffset() {
        var claim = new SessionStarted(SessionStarted.Role.PRIMARY, Records.ENCODER, Records.EPOCH_MS,
                Records.CLAIM.rules(), 1);
        long epoch = claim.number(0);
        List<PacketsRecord> log = List.of(claim, Records.videoConfig(epoch, 0, Records.AVC_RECORD),
                Records.video(epoch, 1, 1_000, true, 1), Records.video(epoch, 2, 1_040, true, 2));
        assertThat(told(StreamTags.fromBeginning(epoch, VIDEO_ONLY, _ -> Optional.empty()), log))
                .containsExactly("VIDEO 0 entry", "VIDEO 40 entry");
    }

    @Test
    void keepsHeadersOfEndedEpoch() {
        StreamTags tags = StreamTags.ofEpoch(FIRST, new Keyframe(0, 2, -1_000), BOTH);
        assertThat(told(tags)).endsWith("end epoch_over");
        assertThat(tags.epoch()).isZero();
        assertThat(tags.headers()).hasSize(2);
    }

    @Test
    void isLiveUntilPublisherLeavesAndOverAfterGrace() {
        StreamTags tags = StreamTags.ofEpoch(FIRST, new Keyframe(0, 2, -1_000), BOTH);
        assertThat(tags.isLive()).isTrue();
        tags.fold(6, LOG.get(6));
        assertThat(tags.isLive()).isFalse();
        assertThat(tags.isOver()).isFalse();
        tags.fold(7, LOG.get(7));
        assertThat(tags.isOver()).isTrue();
    }

    /** With one record, both for a reader of the whole log and for one that has joined in the middle. */
    @Test
    void otherTracksEndEpochAndBeginAnother() {
        var rules = new EpochRules(5, 2_000, 500, 12_000, 30_000, List.of(Format.TS));
        var claim = new SessionStarted(SessionStarted.Role.PRIMARY, Records.ENCODER, Records.EPOCH_MS, rules);
        List<PacketsRecord> log = List.of(claim, new SessionTracks(0, new TrackSet("AVC", "AAC")),
                Records.video(0, 0, 1_000, true, 1), Records.video(0, 1, 1_040, true, 2), claim,
                new SessionTracks(4, new TrackSet("AVC", null)), Records.video(4, 0, 7_000, true, 1));
        List<String> second = List.of("VIDEO 40 entry", "end epoch_over", "VIDEO 0 entry");
        StreamTags whole = StreamTags.fromBeginning(0, BOTH, _ -> Optional.of(VIDEO_ONLY));
        assertThat(told(whole, log)).startsWith("VIDEO 0 entry").endsWith(second.toArray(String[]::new));
        assertThat(whole.epoch()).isEqualTo(4);
        StreamEntry entry = new StreamEntry(FIRST.stream(), 0, StreamEntry.State.LIVE, rules, FIRST.span(),
                FIRST.session(), FIRST.playlist(), FIRST.sessions());
        StreamTags joined = StreamTags.from(entry, new Keyframe(0, 3, -1_000), BOTH, _ -> Optional.of(VIDEO_ONLY));
        assertThat(told(joined, log)).isEqualTo(second);
        StreamTags ofOne = StreamTags.ofEpoch(entry, new Keyframe(0, 3, -1_000), BOTH);
        assertThat(told(ofOne, log)).containsExactly("VIDEO 40 entry", "end epoch_over");
    }

    private static List<String> told(StreamTags tags) {
        return told(tags, LOG);
    }

    private static List<String> told(StreamTags tags, List<PacketsRecord> log) {
        List<String> told = new ArrayList<>();
        for (int offset = 0; offset < log.size(); offset++) {
            for (TagEvent event : tags.fold(offset, log.get(offset))) {
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
