package io.millrace.segmenter.cut;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import io.millrace.platform.timeline.StreamTags;
import io.millrace.platform.timeline.TagEvent;
import io.millrace.platform.timeline.Tracks;
import io.millrace.segmenter.Tape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * The head of a segment is all that a reader needs to start at one of its keyframes: it contains the configurations
 * that a viewer who has watched from the beginning has at that keyframe.
 */
class SegmentTracksTest {
    private static Tape tape() {
        return new Tape();
    }

    static Stream<Arguments> tapes() {
        Tape between = tape();
        between.publisher().configs().live(0, 50, 33, 60).videoConfig(Tape.AVC_64P).live(1_650, 10, 33, 11)
                .live(1_980, 180, 33, 60).ends();
        Tape after = tape();
        after.publisher().configs().key(0).videoConfig(Tape.AVC_64P).live(33, 59, 33, 70).live(1_980, 180, 33, 60)
                .ends();
        Tape once = tape();
        once.publisher().configs().live(0, 600, 33, 60).ends();
        Tape lateSound = tape();
        lateSound.publisher().videoConfig(Tape.AVC_180P).key(0).frame(33).audioConfig(Tape.AAC_48K_STEREO).audio(40)
                .frame(66).frame(99).live(132, 180, 33, 60).ends();
        Tape otherSound = tape();
        otherSound.publisher().configs().live(0, 70, 33, 60).audioConfig(Tape.AAC_48K_MONO).live(2_310, 50, 33, 60)
                .live(3_960, 120, 33, 60).ends();
        Tape back = tape();
        back.publisher().configs().live(0, 50, 33, 60).videoConfig(Tape.AVC_64P).videoConfig(Tape.AVC_180P)
                .live(1_980, 180, 33, 60).ends();
        Tape sessions = tape();
        sessions.publisher().configs().live(0, 180, 33, 60).ends();
        sessions.publisher().videoConfig(Tape.AVC_64P).audioConfig(Tape.AAC_48K_MONO).live(500_000, 180, 33, 60)
                .ends();
        Tape forced = tape();
        forced.publisher().configs().live(0, 400, 33, 400).videoConfig(Tape.AVC_64P).live(13_200, 800, 33, 400)
                .ends();
        return Stream.of(arguments("changes between two keyframes", between, 2),
                arguments("sent after its keyframe", after, 2), arguments("sent once, long before", once, 1),
                arguments("sound after the first keyframe", lateSound, 1),
                arguments("sound changes within a segment", otherSound, 2),
                arguments("changes and changes back", back, 1), arguments("another session", sessions, 2),
                arguments("segments without a keyframe at their start", forced, 2));
    }

    /** The renditions of an epoch follow from its tracks, and must not depend on when an edge reads the directory. */
    @Test
    void directoryKeepsTrackThatFallsSilent() {
        Tape tape = tape();
        Tape.Publisher publisher = tape.publisher().configs().live(0, 180, 33, 60);
        for (int n = 0; n < 900; n++) {
            publisher.audio(5_940 + n * 21);
        }
        publisher.ends();
        Dump.Outcome outcome = Dump.of(tape);
        assertThat(outcome.cuts().stream().filter(cut -> cut.head() != null).toList().getLast().head().tracks())
                .extracting(Track::kind)
                .containsExactly(Packet.Kind.AUDIO);
        assertThat(outcome.entries().getLast().session().tracks()).extracting(Track::kind)
                .containsExactly(Packet.Kind.VIDEO, Packet.Kind.AUDIO);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tapes")
    void headsHaveConfigurationsAtTheirKeyframes(String name, Tape tape, int configurations) {
        Dump.Outcome outcome = Dump.of(tape);
        StreamEntry directory = outcome.entries().getLast();
        Map<Long, List<FlvTag>> watched = watched(tape, firstHead(outcome));
        Map<Long, Cut.SegmentHead> keyframes = keyframes(outcome.cuts());
        assertThat(keyframes).hasSizeGreaterThanOrEqualTo(3);
        keyframes.forEach((offset, head) -> {
            var start = new Keyframe(offset, offset, head.timestampOffsetMs());
            assertThat(StreamTags.ofEpoch(directory, start, Tracks.of(head)).headers()).as("at offset %d", offset)
                    .isEqualTo(watched.get(offset));
        });
        assertThat(watched.values().stream().distinct()).hasSize(configurations);
    }

    @Test
    void laterTrackIsInSegmentOfNextKeyframe() {
        Tape tape = tape();
        tape.publisher().videoConfig(Tape.AVC_180P).pictures(0, 100, 33, 60).audioConfig(Tape.AAC_48K_STEREO)
                .live(3_300, 20, 33, 60).live(3_960, 120, 33, 60).ends();
        List<Cut.SegmentHead> heads = List.copyOf(keyframes(Dump.of(tape).cuts()).values());
        assertThat(heads.getFirst().track(Packet.Kind.AUDIO)).isEmpty();
        assertThat(Tracks.of(heads.getLast()).audio()).isNotNull();
    }

    private static Cut.SegmentHead firstHead(Dump.Outcome outcome) {
        return outcome.cuts().getFirst().head();
    }

    /** The sequence headers that a viewer from the beginning has after each keyframe. */
    private static Map<Long, List<FlvTag>> watched(Tape tape, Cut.SegmentHead first) {
        Map<Long, List<FlvTag>> watched = new LinkedHashMap<>();
        StreamTags tags = StreamTags.fromBeginning(0, Tracks.of(first), _ -> Optional.empty());
        for (Tape.Entry entry : tape.entries()) {
            List<TagEvent> events = tags.fold(entry.offset(), entry.record());
            assertThat(events).noneMatch(TagEvent.End.class::isInstance);
            if (entry.record() instanceof Packet packet && packet.isKeyframe()) {
                watched.put(entry.offset(), tags.headers());
            }
        }
        return watched;
    }

    /** The keyframes at which a reader can start, by offset, with the heads of their segments. */
    private static Map<Long, Cut.SegmentHead> keyframes(List<Cut> cuts) {
        Map<Long, Cut.SegmentHead> keyframes = new LinkedHashMap<>();
        List<Cut.SegmentHead> head = new ArrayList<>();
        for (Cut cut : cuts) {
            if (cut.head() != null) {
                head.clear();
                head.add(cut.head());
            }
            cut.samples().stream().filter(sample -> sample.keyframe() && sample.kind() == Packet.Kind.VIDEO).findFirst()
                    .filter(_ -> cut.independent())
                    .ifPresent(sample -> keyframes.put(cut.packets().offsetOf(sample), head.getFirst()));
        }
        return keyframes;
    }
}
