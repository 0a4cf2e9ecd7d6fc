package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cue;
import io.millrace.platform.log.CueRequest;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.StreamEvent;
import io.millrace.segmenter.Tape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Cues in the cuts of a stream: 25 frames per second and segments of 2 s, with parts of half a second. */
class CuesTest {
    private final Tape tape = new Tape();
    private final Tape.Publisher publisher = tape.publisher().configs();
    private final List<String> dropped = new ArrayList<>();
    private final List<StreamEvent> events = new ArrayList<>();

    private List<Cut> cuts() {
        List<Cut> cuts = new ArrayList<>();
        events.clear();
        dropped.clear();
        StreamFold fold = new StreamFold("live/show");
        StreamFold resumed = new StreamFold("live/show");
        for (Tape.Entry entry : tape.entries()) {
            Step step = fold.fold(entry.offset(), entry.record());
            resumed = StreamFold.resume("live/show", ByteBuffer.wrap(resumed.toBytes()));
            Step again = resumed.fold(entry.offset(), entry.record());
            assertThat(again.cuts()).as("of a state resumed before record " + entry.offset()).isEqualTo(step.cuts());
            assertThat(again.events()).isEqualTo(step.events());
            cuts.addAll(step.cuts());
            events.addAll(step.events());
            dropped.addAll(step.dropped());
        }
        return cuts;
    }

    /** Returns the cues of the last part of each segment, by segment number. */
    private TreeMap<Long, List<String>> ids() {
        TreeMap<Long, List<String>> ids = new TreeMap<>();
        cuts().forEach(cut -> ids.put(cut.id().segment(), cut.cues().stream().map(Cue::id).toList()));
        return ids;
    }

    /** Adds frames with a keyframe every 2 s. */
    private void pictures(long fromMs, long untilMs) {
        for (long ms = fromMs; ms < untilMs; ms += 40) {
            if (ms % 2_000 == 0) {
                publisher.key(ms);
            } else {
                publisher.frame(ms);
            }
        }
    }

    private long request(String name, long atMs, long durationMs, Cue.Attribute... attributes) {
        return request(new CueRequest(name, false, atMs, durationMs, Cue.UNKNOWN, List.of(attributes), 5));
    }

    private long request(CueRequest request) {
        tape.add(request);
        return tape.entries().getLast().offset();
    }

    @Test
    void listsCueWithFirstPartAfterIt() {
        pictures(0, 3_000);
        publisher.data(2_980, CuePointTest.adobe("ad", 1));
        long position = tape.entries().getLast().offset();
        pictures(3_000, 8_000);
        List<Cut> cuts = cuts();
        Cut first = cuts.stream().filter(cut -> !cut.cues().isEmpty()).findFirst().orElseThrow();
        Cue cue = first.cues().getFirst();
        assertThat(cue.id()).isEqualTo("onCuePoint@" + position);
        assertThat(cue.startMs()).isEqualTo(Tape.START_MS + 2_980);
        assertThat(cue.endMs()).isEqualTo(Tape.START_MS + 3_980);
        assertThat(cue.place().segment()).isEqualTo(first.id().segment());
        assertThat(first.packets().firstOffset()).as("not in the log before the cue").isLessThan(position);
        assertThat(cuts.stream().filter(cut -> cut.session() == 0 && cut.id().compareTo(first.id()) < 0))
                .allMatch(cut -> cut.cues().isEmpty());
        assertThat(events.stream().filter(event -> event.type() == StreamEvent.Type.CUE)).singleElement()
                .satisfies(event -> assertThat(event.cue().id()).isEqualTo(cue.id()));
    }

    @Test
    void segmentsRepeatCueUntilItIsOver() {
        pictures(0, 5_000);
        long position = request("break", Cue.UNKNOWN, 4_000, new Cue.Attribute("SCTE35-OUT", "0xFC00"));
        pictures(5_000, 16_000);
        String id = "break@" + position;
        // It lasts from 4.96 s to 8.96 s.
        assertThat(ids()).containsEntry(1L, List.of()).containsEntry(2L, List.of(id)).containsEntry(3L, List.of(id))
                .containsEntry(4L, List.of(id)).containsEntry(5L, List.of());
        assertThat(cuts().stream().flatMap(cut -> cut.cues().stream()).distinct()).as("never changes").hasSize(1);
        Cue cue = events.stream().map(StreamEvent::cue).filter(each -> each != null).findFirst().orElseThrow();
        assertThat(cue.startMs()).isEqualTo(Tape.START_MS + 4_960);
        assertThat(cue.attributes()).containsExactly(new Cue.Attribute("SCTE35-OUT", "0xFC00"));
    }

    @Test
    void announcesCueOfTheFuture() {
        pictures(0, 1_000);
        request("later", Tape.START_MS + 7_000, 0);
        request("over", Tape.START_MS + 1, 0);
        pictures(1_000, 12_000);
        assertThat(ids().get(0L)).hasSize(2);
        assertThat(ids().get(2L)).hasSize(1).allMatch(id -> id.startsWith("later@"));
        assertThat(ids().get(3L)).hasSize(1);
        assertThat(ids().get(4L)).isEmpty();
        assertThat(events).filteredOn(event -> event.type() == StreamEvent.Type.CUE).extracting(e -> e.cue().startMs())
                .containsExactly(Tape.START_MS + 7_000, Tape.START_MS + 960);
    }

    @Test
    void endsOpenRange() {
        pictures(0, 1_000);
        long begin = request("break", Cue.UNKNOWN, Cue.UNKNOWN);
        pictures(1_000, 9_000);
        long end = request(new CueRequest("break", true, Cue.UNKNOWN, 0, Cue.UNKNOWN,
                List.of(new Cue.Attribute("SCTE35-IN", "0xFC01")), 5));
        pictures(9_000, 16_000);
        String id = "break@" + begin;
        assertThat(ids()).containsEntry(3L, List.of(id)).containsEntry(4L, List.of(id, id)).containsEntry(5L,
                List.of());
        List<Cue> cues = cuts().stream().filter(cut -> cut.id().segment() == 4).toList().getLast().cues();
        assertThat(cues).extracting(Cue::endMs).containsExactly(Cue.UNKNOWN, Tape.START_MS + 8_960);
        assertThat(cues).extracting(Cue::startMs).containsOnly(Tape.START_MS + 960);
        assertThat(cues).extracting(Cue::position).containsExactly(begin, end);
        assertThat(cues).extracting(cue -> cue.place().periodMs()).containsExactly(960L, 8_960L);
        assertThat(cues).extracting(Cue::isEnd).containsExactly(false, true);
    }

    @Test
    void dropsVoidRequests() {
        pictures(0, 1_000);
        request("a", Cue.UNKNOWN, 0);
        request("a", Cue.UNKNOWN, 0);
        request(new CueRequest("a", true, Cue.UNKNOWN, 0, Cue.UNKNOWN, List.of(), 5));
        pictures(1_000, 3_000);
        assertThat(ids().get(0L)).hasSize(1);
        assertThat(dropped).containsExactly("cue_repeated", "cue_unknown");
        publisher.ends().graceOver();
        request("b", Cue.UNKNOWN, 0);
        cuts();
        assertThat(dropped).as("without an epoch").containsExactly("cue_repeated", "cue_unknown", "cue_unknown");
        assertThat(events).filteredOn(event -> event.type() == StreamEvent.Type.CUE).hasSize(1);
    }

    @Test
    void nameIsFreeAgainAfterManyOthers() {
        pictures(0, 1_000);
        for (int i = 0; i <= Cues.NAMES_LIMIT; i++) {
            request("name" + i, Cue.UNKNOWN, 0);
            // The keyframe begins a segment after the cue, which is then over.
            publisher.key(2_000 + i * 2_000L).frame(2_040 + i * 2_000L);
        }
        request("name1", Cue.UNKNOWN, 0);
        request("name0", Cue.UNKNOWN, 0);
        cuts();
        assertThat(dropped).containsExactly("cue_repeated");
    }

    @Test
    void limitsNumberAndSizeOfCues() {
        pictures(0, 1_000);
        for (int i = 0; i <= Cues.LIMIT; i++) {
            request("open" + i, Cue.UNKNOWN, Cue.UNKNOWN);
        }
        pictures(1_000, 3_000);
        assertThat(ids().get(0L)).hasSize(Cues.LIMIT);
        assertThat(dropped).containsExactly("cue_over_limit");
    }

    @Test
    void limitsCharactersOfCues() {
        pictures(0, 1_000);
        int each = "X-A".length() + 2_000 + "c0@52".length();
        for (int i = 0; i <= Cues.CHARS_LIMIT / each; i++) {
            request("c" + i, Cue.UNKNOWN, Cue.UNKNOWN, new Cue.Attribute("X-A", "v".repeat(2_000)));
        }
        pictures(1_000, 3_000);
        assertThat(ids().get(0L)).hasSize(Cues.CHARS_LIMIT / each);
        assertThat(dropped).containsExactly("cue_over_limit");
    }

    @Test
    void awayEncoderDelaysCueToNextSegment() {
        pictures(0, 3_000);
        publisher.ends();
        long position = request("pause", Cue.UNKNOWN, 0);
        tape.publisher().configs().pictures(0, 75, 40, 50);
        List<Cut> cuts = cuts();
        Cut next = cuts.stream().filter(cut -> !cut.cues().isEmpty()).findFirst().orElseThrow();
        assertThat(next.session()).isPositive();
        Cue cue = next.cues().getFirst();
        assertThat(cue.id()).isEqualTo("pause@" + position);
        assertThat(cue.place().discontinuity()).isEqualTo(1);
        assertThat(cue.place().periodMs()).as("before the period").isZero();
    }
}
