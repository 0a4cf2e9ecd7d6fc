package io.millrace.segmenter.cut;

import io.millrace.platform.log.EventFold;
import io.millrace.platform.log.StreamEvent;
import io.millrace.segmenter.Tape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The events of a stream, as values. */
class StreamEventsTest {
    private final Tape tape = new Tape();

    private List<StreamEvent> events() {
        return events(tape, false);
    }

    private static List<StreamEvent> events(Tape tape, boolean resumed) {
        List<StreamEvent> events = new ArrayList<>();
        StreamFold fold = new StreamFold("live/show");
        for (Tape.Entry entry : tape.entries()) {
            fold = resumed ? StreamFold.resume("live/show", ByteBuffer.wrap(fold.toBytes())) : fold;
            events.addAll(fold.fold(entry.offset(), entry.record()).events());
        }
        return events;
    }

    private String types() {
        return events().stream().map(event -> event.type().label()).collect(Collectors.joining(" "));
    }

    @Test
    void reportsLifeOfEpoch() {
        Tape.Publisher publisher = tape.publisher().configs().live(0, 150, 33, 60).ends().graceOver();
        List<StreamEvent> events = events();
        assertThat(events).extracting(StreamEvent::type).containsExactly(StreamEvent.Type.PUBLISHED,
                StreamEvent.Type.FIRST_SEGMENT, StreamEvent.Type.AWAY, StreamEvent.Type.ENDED);
        assertThat(events).extracting(StreamEvent::epoch).containsOnly(publisher.session);
        assertThat(events).extracting(StreamEvent::session).containsExactly(0L, 0L, 0L, -1L);
        assertThat(events.get(0).text()).isEqualTo("test");
        assertThat(events.get(0).atMs()).isEqualTo(Tape.START_MS);
        assertThat(events.get(1).atMs()).isBetween(Tape.START_MS + 1_980, Tape.START_MS + 2_100);
        assertThat(events.get(2).code()).isEqualTo("unpublished");
    }

    @Test
    void liveSessionIsTakenOver() {
        tape.publisher().configs().live(0, 100, 33, 60);
        tape.publisher().configs().live(0, 10, 33, 60);
        assertThat(types()).isEqualTo("published first_segment took_over");
    }

    @Test
    void streamComesBackWithSameOrOtherSession() {
        Tape.Publisher first = tape.publisher().configs().live(0, 100, 33, 60).ends();
        first.live(3_300, 10, 33, 60).ends();
        tape.publisher().configs().live(0, 10, 33, 60);
        assertThat(types()).isEqualTo("published first_segment away back away back");
        assertThat(events().getLast().session()).isNotZero();
    }

    @Test
    void otherTracksEndEpochWithTheSameRecord() {
        tape.publisher().tracks("AVC", "AAC").configs().live(0, 30, 33, 60);
        tape.publisher().tracks("AVC", null).videoConfig(Tape.AVC_180P);
        assertThat(types()).isEqualTo("published away first_segment ended published warning");
        assertThat(events()).extracting(StreamEvent::id).doesNotHaveDuplicates();
    }

    @Test
    void warningsBeginAndEnd() {
        Tape.Publisher publisher = tape.publisher().configs().live(0, 500, 33, 250).live(16_500, 3_000, 33, 60);
        publisher.live(115_500, 500, 33, 250).ends();
        List<StreamEvent> warnings = events().stream().filter(event -> event.code().equals("long_gop")).toList();
        assertThat(warnings).extracting(StreamEvent::type).containsExactly(StreamEvent.Type.WARNING,
                StreamEvent.Type.WARNING_GONE, StreamEvent.Type.WARNING);
        assertThat(warnings.getFirst().text()).isNotEmpty();
    }

    @Test
    void epochWithoutMediaIsReported() {
        tape.publisher().configs().ends().graceOver();
        assertThat(types()).isEqualTo("published away ended");
    }

    @Test
    void lossOfRecordsEndsEpochAfterEventsOfNewestRecord() {
        StreamFold fold = new StreamFold("live/show");
        tape.publisher().configs().live(0, 70, 33, 60).ends();
        List<StreamEvent> events = new ArrayList<>();
        tape.entries().forEach(entry -> events.addAll(fold.fold(entry.offset(), entry.record()).events()));
        events.addAll(fold.lose().events());
        assertThat(events.getLast().type()).isEqualTo(StreamEvent.Type.ENDED);
        assertThat(events.getLast().code()).isEqualTo("records_lost");
        assertThat(events).isSortedAccordingTo((a, b) -> a.cause().compareTo(b.cause()));
    }

    /** Whatever a restart repeats, readers recognize by identity. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 7})
    void repetitionsAreRecognized(int from) {
        tape.publisher().configs().live(0, 100, 33, 60).ends();
        tape.publisher().configs().live(0, 100, 33, 60);
        tape.publisher().configs().live(0, 100, 33, 60).ends().graceOver();
        List<StreamEvent> events = events();
        assertThat(events(tape, true)).as("of states resumed before each record").isEqualTo(events);
        EventFold fold = new EventFold(10);
        List<StreamEvent> read = new ArrayList<>();
        events.subList(0, Math.min(from + 2, events.size())).stream().filter(fold::isNew).forEach(read::add);
        events.subList(Math.min(from, events.size()), events.size()).stream().filter(fold::isNew).forEach(read::add);
        assertThat(read).isEqualTo(events);
    }
}
