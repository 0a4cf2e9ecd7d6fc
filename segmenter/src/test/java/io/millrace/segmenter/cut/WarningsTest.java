package io.millrace.segmenter.cut;

import io.millrace.media.amf.Amf0Writer;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.StreamEntry;
import io.millrace.segmenter.Tape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.millrace.media.amf.AmfValue.field;
import static org.assertj.core.api.Assertions.assertThat;

/** The warnings of the fold: in the directory, and once to its caller, which logs and counts them. */
class WarningsTest {
    private final Tape tape = new Tape();

    @Test
    void cleanSessionHasNone() {
        tape.publisher().configs().live(0, 1_200, 33, 60).ends();
        assertThat(warnings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"62, ''", "64, LONG_GOP", "250, LONG_GOP"})
    void keyframesFurtherApartThanSegments(int gop, String expected) {
        tape.publisher().configs().live(0, 600, 33, gop).ends();
        assertThat(warnings()).containsExactlyElementsOf(expected.isEmpty() ? List.of() : List.of(expected));
    }

    @Test
    void noKeyframeForLongestSegment() {
        tape.publisher().configs().live(0, 900, 33, 900).ends();
        assertThat(warnings()).containsExactly("NO_KEYFRAME");
    }

    @ParameterizedTest
    @CsvSource({"364, ''", "366, NO_KEYFRAME"})
    void noKeyframeAtAll(int frames, String expected) {
        Tape.Publisher p = tape.publisher().configs();
        for (int i = 0; i < frames; i++) {
            p.frame(i * 33);
        }
        assertThat(warnings()).containsExactlyElementsOf(expected.isEmpty() ? List.of() : List.of(expected));
    }

    @Test
    void wrongKeyframeFlags() {
        Tape.Publisher p = tape.publisher().configs().live(0, 60, 33, 60);
        p.packet(1_980, 0, Packet.Kind.VIDEO, false, false, "1701000000" + "0000000141");
        assertThat(warnings()).containsExactly("KEYFRAME_FLAGS");
        Tape.Publisher next = tape.publisher().configs();
        next.packet(0, 0, Packet.Kind.VIDEO, true, false, "2701000000" + "0000000165");
        assertThat(warnings()).as("again, of another session").containsExactly("KEYFRAME_FLAGS", "KEYFRAME_FLAGS");
    }

    @Test
    void timestampJumpsWarnOnce() {
        tape.publisher().configs().live(0, 60, 33, 60).live(100_000, 60, 33, 60).live(50_000, 60, 33, 60).ends();
        assertThat(warnings()).containsExactly("TIMESTAMP_JUMP");
    }

    @Test
    void newSessionIsNoJump() {
        tape.publisher().configs().live(0, 60, 33, 60).ends();
        tape.publisher().configs().live(500_000, 60, 33, 60).ends();
        assertThat(warnings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1000, ''", "1001, TRACK_SKEW"})
    void tracksWithSkew(int skewMs, String expected) {
        Tape.Publisher p = tape.publisher().configs().audio(0);
        for (int i = 0; i < 60; i++) {
            p.audio(i * 33L);
            if (i % 60 == 0) {
                p.key(i * 33L + skewMs);
            } else {
                p.frame(i * 33L + skewMs);
            }
        }
        assertThat(warnings()).containsExactlyElementsOf(expected.isEmpty() ? List.of() : List.of(expected));
    }

    @Test
    void slideShowWithAudioIsNoSkew() {
        Tape.Publisher p = tape.publisher().configs();
        for (int slide = 0; slide < 5; slide++) {
            p.sound(slide * 1_500L, slide * 1_500L + 1_490).key((slide + 1) * 1_500L - 5);
        }
        assertThat(warnings()).doesNotContain("TRACK_SKEW");
    }

    @ParameterizedTest
    @CsvSource({"3000, 4, TRACK_SKEW", "3001, 5, 'TRACK_SKEW TRACK_SILENT'", "3001, 4, TRACK_SKEW"})
    void audioThatEnds(int untilMs, int rulesVersion, String expected) {
        tape.publisher(new EpochRules(rulesVersion, 2_000, 500, 30_000, 30_000, List.of(Format.TS))).configs().audio(0)
                .pictures(0, untilMs, 1, 1_000).key(untilMs);
        assertThat(warnings()).containsExactly(expected.split(" "));
    }

    @ParameterizedTest
    @CsvSource({"3000, 5, ''", "3021, 5, TRACK_SILENT", "3021, 4, ''"})
    void videoThatEnds(int untilMs, int rulesVersion, String expected) {
        tape.publisher(new EpochRules(rulesVersion, 2_000, 500, 30_000, 30_000, List.of(Format.TS))).configs().key(0)
                .sound(0, untilMs + 1);
        assertThat(warnings()).containsExactlyElementsOf(expected.isEmpty() ? List.of() : List.of(expected));
    }

    /** The tape sends some 13 kbit/s. */
    @ParameterizedTest
    @CsvSource({"13, ''", "0, ''", "10, ''", "48, ''", "8, DECLARED_BITRATE", "60, DECLARED_BITRATE", "-1, ''",
        "NaN, ''"})
    void bitrateFarFromDeclared(double kbit, String expected) {
        Tape.Publisher p = tape.publisher().configs();
        metadata(p, AmfValue.EcmaArray.of(field("videodatarate", kbit), field("audiodatarate", 0)));
        p.live(0, 600, 33, 60).ends();
        assertThat(warnings()).containsExactlyElementsOf(expected.isEmpty() ? List.of() : List.of(expected));
    }

    @Test
    void declaredBitrateIncludesAudio() {
        Tape.Publisher p = tape.publisher().configs();
        metadata(p, AmfValue.Obj.of(field("videodatarate", 6), field("audiodatarate", 6)));
        p.live(0, 600, 33, 60).ends();
        assertThat(warnings()).isEmpty();
    }

    @Test
    void declaredBitrateAppliesToItsSessionOnly() {
        Tape.Publisher p = tape.publisher().configs();
        metadata(p, AmfValue.Obj.of(field("videodatarate", 5_000)));
        p.live(0, 60, 33, 60).ends();
        tape.publisher().configs().live(0, 900, 33, 60).ends();
        assertThat(warnings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"02000a6f6e4d65746144617461", "02000a6f6e4d6574614461746103", "FF", "0200"})
    void ignoresUnreadableMetadata(String hex) {
        tape.publisher().configs().packet(0, 0, Packet.Kind.DATA, false, false, hex).live(0, 60, 33, 60).ends();
        assertThat(warnings()).isEmpty();
    }

    @Test
    void warningDisappearsOneMinuteAfterCause() {
        Tape.Publisher p = tape.publisher().configs().live(0, 300, 40, 150);
        assertThat(listed()).containsExactly("long_gop");
        p.live(12_000, 1_250, 40, 50);
        assertThat(listed()).as("50 s after the last long one").containsExactly("long_gop");
        p.live(62_000, 500, 40, 50);
        assertThat(listed()).as("70 s after it").isEmpty();
        p.live(82_000, 300, 40, 150);
        assertThat(listed()).as("and it is back").containsExactly("long_gop");
        assertThat(warnings()).as("said once to whoever logs and counts").containsExactly("LONG_GOP");
    }

    @Test
    void warningStaysWithItsCause() {
        tape.publisher().configs().live(0, 3_600, 40, 150).ends();
        assertThat(listed()).containsExactly("long_gop");
    }

    /** A keyframe every 60.3 s, the longest interval that fits segments of 60 s. */
    @Test
    void rareCauseKeepsWarning() {
        EpochRules rules = new EpochRules(EpochRules.CURRENT_VERSION, 60_000, 500, 180_000, 30_000,
                List.of(Format.TS));
        tape.publisher(rules).videoConfig(Tape.AVC_180P).pictures(0, 3_015, 100, 603).ends();
        assertThat(warnings()).containsExactly("LONG_GOP");
        assertThat(entries()).filteredOn(entry -> entry.playlist().lastSegment() >= 0).hasSizeGreaterThan(3)
                .allSatisfy(entry -> assertThat(codes(entry)).containsExactly("long_gop"));
    }

    @Test
    void warningHasCurrentText() {
        tape.publisher().configs().live(0, 300, 40, 150).live(12_000, 300, 40, 100).ends();
        assertThat(entries().getLast().session().warnings()).extracting(StreamEntry.Warning::message)
                .containsExactly("keyframes are 4000 ms apart, segments should be 2000 ms");
    }

    private static void metadata(Tape.Publisher publisher, AmfValue value) {
        ByteWriter body = new ByteWriter();
        new Amf0Writer(body).value(new AmfValue.Text("onMetaData")).value(value);
        publisher.body(0, 0, Packet.Kind.DATA, false, false, body.view());
    }

    /** The warnings in order; the same ones are in the directory entry of their session. */
    private List<String> warnings() {
        List<String> said = new ArrayList<>();
        List<String> listed = new ArrayList<>();
        StreamFold fold = new StreamFold("live/show");
        Set<String> known = new HashSet<>();
        long session = -1;
        for (Tape.Entry entry : tape.entries()) {
            fold = sometimesResumed(fold, entry.offset());
            Step step = fold.fold(entry.offset(), entry.record());
            assertThat(step.failure()).isNull();
            step.newWarnings().forEach(warned -> said.add(warned.warning().name()));
            for (StreamEntry streamEntry : step.entries()) {
                if (streamEntry.session().number() != session) {
                    session = streamEntry.session().number();
                    known.clear();
                }
                codes(streamEntry).stream().filter(known::add).forEach(listed::add);
            }
        }
        assertThat(listed).isEqualTo(said.stream().map(w -> w.toLowerCase(java.util.Locale.ROOT)).toList());
        return said;
    }

    /** At every seventh record, another owner takes over. Over the run, this happens at every position of a GOP. */
    private static StreamFold sometimesResumed(StreamFold fold, long offset) {
        return offset % 7 == 0 ? StreamFold.resume("live/show", ByteBuffer.wrap(fold.toBytes())) : fold;
    }

    /** The warnings of the newest entry. */
    private List<String> listed() {
        return codes(entries().getLast());
    }

    private List<StreamEntry> entries() {
        List<StreamEntry> entries = new ArrayList<>();
        StreamFold fold = new StreamFold("live/show");
        for (Tape.Entry entry : tape.entries()) {
            fold = sometimesResumed(fold, entry.offset());
            entries.addAll(fold.fold(entry.offset(), entry.record()).entries());
        }
        return entries;
    }

    private static List<String> codes(StreamEntry entry) {
        return entry.session().warnings().stream().map(StreamEntry.Warning::code).toList();
    }
}
