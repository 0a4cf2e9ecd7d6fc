package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import io.millrace.segmenter.Tape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class CutterTest {
    private final Tape tape = new Tape();

    private Dump.Outcome cut() {
        Dump.Outcome outcome = Dump.of(tape);
        assertThat(outcome.failures()).isEmpty();
        return outcome;
    }

    private List<String> parts() {
        return Dump.parts(cut().cuts());
    }

    private List<String> segments() {
        return cut().segments();
    }

    @Test
    void cutsAtKeyframesAndClosesPartsAtTarget() {
        tape.publisher().configs().data(0).live(0, 120, 33, 60).ends();
        assertThat(parts()).containsExactly("0.0 @0+495 K v15 a24 td2", "0.1 @495+495 v15 a23", "0.2 @990+495 v15 a23",
                "0.3 @1485+495 v15 a23 last", "1.0 @1980+495 K v15 a24 td2", "1.1 @2475+495 v15 a23",
                "1.2 @2970+495 v15 a23", "1.3 @3465+495 v15 a22 last");
    }

    @Test
    void placesFrameWhenSuccessorArrives() {
        Tape.Publisher p = tape.publisher().configs().live(0, 76, 33, 60);
        // 75 frames are placed: segment 0 and one part of segment 1 are complete, and the frame that would not fit has
        // arrived.
        assertThat(parts()).hasSize(4);
        p.frame(76 * 33);
        assertThat(parts()).as("waits for audio").hasSize(4);
        p.audio(76 * 33);
        assertThat(parts()).hasSize(5).last().asString().startsWith("1.0 @1980+495");
    }

    @Test
    void cutsNothingBeforeFirstGopFixesTargetDuration() {
        Tape.Publisher p = tape.publisher().configs().live(0, 240, 33, 250);
        assertThat(cut().cuts()).isEmpty();
        p.key(250 * 33).audio(250 * 33);
        assertThat(segments()).containsExactly("e0 s0 0 @0+8250 va td9");
    }

    @Test
    void gathersShortGopsUpToTarget() {
        tape.publisher().configs().live(0, 150, 33, 30).ends();
        assertThat(segments()).containsExactly("e0 s0 0 @0+1980 va td2", "e0 s0 1 @1980+1980 va td2",
                "e0 s0 2 @3960+990 va td2");
    }

    @Test
    void cutsEarlyIfNextKeyframeWouldOvershoot() {
        tape.publisher().configs().live(0, 120, 40, 35).ends();
        assertThat(segments()).startsWith("e0 s0 0 @0+1400 va td2", "e0 s0 1 @1400+1400 va td2");
    }

    @Test
    void cutsOverlongGopWithoutKeyframeAndWarns() {
        tape.publisher().configs().live(0, 900, 33, 900).ends();
        Dump.Outcome outcome = cut();
        assertThat(outcome.segments()).containsExactly("e0 s0 0 @0+12441 va td12",
                "e0 s0 1 @12441+12441 va td12 forced",
                "e0 s0 2 @24882+4818 va td12 forced");
        assertThat(outcome.entries().getLast().session().warnings()).extracting(StreamEntry.Warning::code)
                .containsExactly("no_keyframe");
    }

    @Test
    void laterLongGopStaysWithinTargetDuration() {
        tape.publisher().configs().live(0, 60, 33, 60).live(1_980, 180, 33, 180).live(7_920, 60, 33, 60).ends();
        assertThat(segments()).containsExactly("e0 s0 0 @0+1980 va td2", "e0 s0 1 @1980+2442 va td2",
                "e0 s0 2 @4422+2442 va td2 forced", "e0 s0 3 @6864+1056 va td2 forced", "e0 s0 4 @7920+1980 va td2");
    }

    @Test
    void bFramesKeepPresentationTimes() {
        Tape.Publisher p = tape.publisher().configs();
        for (int gop = 0; gop < 2; gop++) {
            for (int i = 0; i < 50; i++) {
                long ms = gop * 2_000L + i * 40;
                // I B B P: the keyframe and every third frame have a late presentation time, those between an early
                // one.
                if (i == 0) {
                    p.key(ms, 80);
                } else {
                    p.frame(ms, i % 3 == 1 ? 160 : 40);
                }
            }
        }
        p.ends();
        Dump.Outcome outcome = cut();
        assertThat(outcome.segments()).containsExactly("e0 s0 0 @80+2000 v" + "a td2",
                "e0 s0 1 @2080+2000 v" + "a td2");
        Cut first = outcome.cuts().getFirst();
        assertThat(first.samples().getFirst())
                .isEqualTo(new Cut.Sample(0, Packet.Kind.VIDEO, 0, 0, 80 * 90, 40 * 90, true));
        assertThat(first.samples().get(1).compositionTicks()).isEqualTo(160 * 90);
    }

    @Test
    void dropsEverythingBeforeFirstKeyframe() {
        tape.publisher().configs().sound(0, 300).frame(300).frame(333).key(366).live(399, 60, 33, 60).ends();
        Dump.Outcome outcome = cut();
        assertThat(outcome.dropped()).hasSize(15 + 2).containsOnly("no_keyframe");
        assertThat(outcome.cuts().getFirst().times().startTicks()).isEqualTo(366 * 90);
        assertThat(outcome.cuts().getFirst().head().originMs()).isZero();
    }

    @Test
    void isAudioOnlyAfterThreeSecondsWithoutVideoConfig() {
        tape.publisher().audioConfig(Tape.AAC_48K_STEREO).sound(0, 9_000).ends();
        Dump.Outcome outcome = cut();
        assertThat(outcome.segments()).containsExactly("e0 s0 0 @0+2005.33 a td2", "e0 s0 1 @2005.33+2005.33 a td2",
                "e0 s0 2 @4010.67+2005.33 a td2", "e0 s0 3 @6016+2005.33 a td2", "e0 s0 4 @8021.33+981.33 a td2");
        assertThat(outcome.cuts()).allMatch(Cut::independent);
        assertThat(outcome.cuts().getFirst().head().track(Packet.Kind.VIDEO)).isEmpty();
    }

    @Test
    void videoOnlyNeedsNoAudio() {
        tape.publisher().videoConfig(Tape.AVC_180P).pictures(0, 100, 40, 25).ends();
        assertThat(segments()).containsExactly("e0 s0 0 @0+2000 v td2", "e0 s0 1 @2000+2000 v td2");
    }

    @Test
    void timesAudioBySamples() {
        tape.publisher().configs().live(0, 180, 33, 60).ends();
        List<Cut.Sample> audio = cut().cuts().stream().flatMap(c -> c.samples().stream())
                .filter(s -> s.kind() == Packet.Kind.AUDIO).toList();
        for (int i = 0; i < audio.size(); i++) {
            assertThat(audio.get(i).dts()).isEqualTo(i * 1_024L);
            assertThat(audio.get(i).duration()).isEqualTo(1_024);
        }
    }

    @Test
    void reanchorsAudioBeyondFortyMilliseconds() {
        Tape.Publisher p = tape.publisher().configs().key(0).audio(0).audio(21);
        // 42.7 ms is expected: 40 ms late is jitter, 41 ms late is not.
        p.audio(82).audio(105).audio(64 + 21 + 41 + 2).frame(130).ends();
        List<Cut.Sample> audio = cut().cuts().getFirst().samples().stream().filter(s -> s.kind() == Packet.Kind.AUDIO)
                .toList();
        assertThat(audio).extracting(Cut.Sample::dts).containsExactly(0L, 1_024L, 2_048L, 105 * 48L, 105 * 48L + 1_024);
        assertThat(audio.get(2).duration()).isEqualTo(105 * 48 - 2_048);
    }

    @Test
    void returnWithinGraceContinuesAfterDiscontinuity() {
        tape.publisher().configs().live(0, 90, 33, 60).ends();
        tape.publisher().configs().live(500_000, 60, 33, 60).ends().graceOver();
        Dump.Outcome outcome = cut();
        assertThat(outcome.segments()).containsExactly("e0 s0 0 @0+1980 va td2", "e0 s0 1 @1980+990 va td2",
                "e0 s232 2 @0+1980 va td2 DISC1");
        assertThat(outcome.cuts()).filteredOn(c -> c.id().segment() == 2).allMatch(c -> c.session() == 232)
                .first().satisfies(c -> {
                    assertThat(c.head().originMs()).isEqualTo(500_000);
                    assertThat(c.head().timestampOffsetMs()).isEqualTo(2_970 - 500_000);
                    assertThat(c.times().programDateTimeMs()).isEqualTo(Tape.START_MS + 232_000);
                });
    }

    @Test
    void returnAfterGraceBeginsEpochAtZero() {
        tape.publisher().configs().live(0, 90, 33, 60).ends().graceOver();
        Tape.Publisher second = tape.publisher();
        second.configs().live(0, 60, 33, 60).ends();
        assertThat(segments()).last().isEqualTo("e" + second.session + " s" + second.session + " 0 @0+1980 va td2");
    }

    @Test
    void takeoverClosesOldSession() {
        Tape.Publisher old = tape.publisher().configs().live(0, 75, 33, 60);
        Tape.Publisher young = tape.publisher().configs().live(0, 10, 33, 60);
        old.live(2_475, 5, 33, 60);
        young.live(330, 50, 33, 50).ends();
        Dump.Outcome outcome = cut();
        assertThat(outcome.segments()).startsWith("e0 s0 0 @0+1980 va td2", "e0 s0 1 @1980+495 va td2")
                .element(2).asString().endsWith("DISC1");
        assertThat(outcome.dropped()).contains("lesser_session");
    }

    @Test
    void undoneSuspicionChangesNoCut() {
        tape.publisher().configs().live(0, 75, 33, 60).live(2_475, 105, 33, 45).ends();
        List<Cut> straight = cut().cuts();
        Tape suspected = new Tape();
        Tape.Publisher p = suspected.publisher().configs().live(0, 75, 33, 60);
        p.ends(SessionEnded.Reason.SUSPECTED).live(2_475, 105, 33, 45).ends();
        Dump.Outcome outcome = Dump.of(suspected);
        assertThat(Dump.parts(outcome.cuts())).isEqualTo(Dump.parts(straight));
        assertThat(outcome.entries()).extracting(StreamEntry::state).contains(StreamEntry.State.GRACE);
    }

    @Test
    void jumpsBeginNewTimelineAtKeyframe() {
        tape.publisher().configs().live(100_000, 90, 33, 60).live(0, 60, 33, 60).live(500_000, 60, 33, 60).ends();
        Dump.Outcome outcome = cut();
        assertThat(outcome.segments()).containsExactly("e0 s0 0 @0+1980 va td2", "e0 s0 1 @1980+990 va td2",
                "e0 s0 2 @0+1980 va td2 DISC1", "e0 s0 3 @0+1980 va td2 DISC2");
        assertThat(outcome.cuts().stream().filter(c -> c.head() != null).map(c -> c.head().timestampOffsetMs()))
                .containsExactly(-100_000L, -100_000L, 2_970L, 4_950L - 500_000L);
    }

    @Test
    void programDateTimeFollowsMediaAndNeverGoesBack() {
        tape.publisher().configs().live(0, 90, 33, 60).live(500_000, 60, 33, 60).live(0, 60, 33, 60).ends();
        List<Cut> cuts = cut().cuts();
        for (int i = 1; i < cuts.size(); i++) {
            long end = cuts.get(i - 1).times().programDateTimeMs() + cuts.get(i - 1).times().durationTicks() / 90;
            boolean isNew = cuts.get(i).head() != null && cuts.get(i).head().start().discontinuous();
            assertThat(cuts.get(i).times().programDateTimeMs()).isGreaterThanOrEqualTo(end);
            assertThat(cuts.get(i).times().programDateTimeMs() == end || isNew).isTrue();
        }
    }

    @Test
    void lostPacketsEndSegmentUntilNextKeyframe() {
        Tape.Publisher p = tape.publisher().configs().live(0, 70, 33, 60).lose();
        p.live(2_310, 1, 33, 1).frame(2_343).ends();
        assertThat(segments()).containsExactly("e0 s0 0 @0+1980 va td2", "e0 s0 1 @1980+330 va td2",
                "e0 s0 2 @2310+66 va td2 DISC1");
    }

    @Test
    void ignoresRepeatedPackets() {
        Tape.Publisher p = tape.publisher().configs().live(0, 60, 33, 60);
        p.repeat().frame(1_947).key(1_980).ends();
        assertThat(cut().dropped()).containsExactly("duplicate");
        assertThat(segments()).startsWith("e0 s0 0 @0+1980 va td2");
    }

    @Test
    void gapLongerThanPartIsDiscontinuityWithSameOrigin() {
        tape.publisher().videoConfig(Tape.AVC_180P).pictures(0, 60, 33, 60).pictures(1_980, 5, 33, 60)
                .frame(3_000).pictures(3_033, 60, 33, 60).ends();
        Dump.Outcome outcome = cut();
        assertThat(outcome.segments()).containsExactly("e0 s0 0 @0+1980 v td2", "e0 s0 1 @1980+165 v td2",
                "e0 s0 2 @3033+1980 v td2 DISC1");
        assertThat(outcome.dropped()).containsExactly("no_keyframe");
    }

    @Test
    void gapWithinPartStretchesPreviousFrame() {
        tape.publisher().videoConfig(Tape.AVC_180P).pictures(0, 10, 33, 60).frame(697).frame(730).ends();
        assertThat(parts()).containsExactly("0.0 @0+297 K v9 a0 td2", "0.1 @297+466 v3 a0 last");
    }

    @Test
    void framesLongerThanPartAreSeparateParts() {
        tape.publisher().videoConfig(Tape.AVC_180P).pictures(0, 8, 1_000, 4).ends();
        assertThat(parts()).startsWith("0.0 @0+1000 K v1 a0 td4", "0.1 @1000+1000 v1 a0");
        assertThat(segments()).containsExactly("e0 s0 0 @0+4000 v td4", "e0 s0 1 @4000+4000 v td4");
    }

    @Test
    void decodingTimesAlwaysIncrease() {
        tape.publisher().videoConfig(Tape.AVC_180P).key(0).frame(40).frame(40, 80).frame(20).frame(80).ends();
        assertThat(cut().cuts().getFirst().samples()).extracting(Cut.Sample::dts)
                .containsExactly(0L, 3_600L, 3_601L, 3_602L, 7_200L);
        assertThat(cut().cuts().getFirst().samples().get(2).compositionTicks()).isEqualTo(120 * 90 - 3_601);
    }

    @Test
    void newVideoConfigAppliesAtNextKeyframe() {
        tape.publisher().configs().live(0, 30, 33, 60).videoConfig(Tape.AVC_180P).live(990, 30, 33, 30)
                .videoConfig(Tape.AVC_64P).live(1_980, 60, 33, 60).ends();
        Dump.Outcome outcome = cut();
        assertThat(outcome.segments()).containsExactly("e0 s0 0 @0+1980 va td2", "e0 s0 1 @1980+1980 va td2 DISC1");
        assertThat(outcome.cuts().getLast().id().segment()).isOne();
        ByteBuffer config = outcome.cuts().stream().filter(c -> c.head() != null).toList().getLast().head()
                .track(Packet.Kind.VIDEO).orElseThrow().config();
        assertThat(config).isEqualTo(ByteBuffer.wrap(HexFormat.of().parseHex(Tape.AVC_64P)));
    }

    @Test
    void newAudioConfigWaitsForNextKeyframe() {
        tape.publisher().configs().live(0, 70, 33, 60).audioConfig(Tape.AAC_48K_MONO).audio(2_303)
                .live(2_310, 36, 33, 36).ends();
        Dump.Outcome outcome = cut();
        assertThat(outcome.segments()).containsExactly("e0 s0 0 @0+1980 va td2", "e0 s0 1 @1980+330 va td2",
                "e0 s0 2 @2310+1188 va td2 DISC1");
        // The clock of the track puts two frames before the keyframe.
        assertThat(outcome.dropped()).containsExactly("new_config", "new_config");
    }

    @Test
    void audioLeadsWhileVideoIsMissing() {
        tape.publisher().configs().live(0, 90, 33, 60).sound(2_970, 12_000).live(12_000, 60, 33, 60).ends();
        assertThat(segments()).containsExactly("e0 s0 0 @0+1980 va td2", "e0 s0 1 @1980+990 va td2",
                "e0 s0 2 @2986.67+2005.33 a td2 DISC1", "e0 s0 3 @4992+2005.33 a td2", "e0 s0 4 @6997.33+2005.33 a td2",
                "e0 s0 5 @9002.67+2005.33 a td2", "e0 s0 6 @11008+981.33 a td2", "e0 s0 7 @12000+1980 va td2 DISC2");
    }

    @Test
    void usesRulesOfFirstSession() {
        tape.publisher().configs().live(0, 60, 33, 30).ends();
        EpochRules others = new EpochRules(1, 6_000, 1_000, 30_000, 30_000, List.of(Format.TS));
        tape.publisher(others).configs().live(0, 60, 33, 30).ends().graceOver();
        tape.publisher(others).configs().live(0, 181, 33, 60).ends();
        assertThat(segments()).contains("e0 s156 1 @0+1980 va td2 DISC1");
        assertThat(segments()).last().asString().contains("td6");
    }

    @Test
    void partClosesEarlyAtSizeLimit() {
        Tape.Publisher p = tape.publisher().videoConfig(Tape.AVC_180P);
        ByteBuffer body = ByteBuffer.allocate(3 * 1024 * 1024);
        for (int i = 0; i < 6; i++) {
            p.body(i * 33L, 0, Packet.Kind.VIDEO, i == 0, false, body);
        }
        p.ends();
        assertThat(parts()).containsExactly("0.0 @0+66 K v2 a0 td2", "0.1 @66+66 v2 a0", "0.2 @132+66 v2 a0 last");
    }

    /** Of any packet, since a later release may have written it; the session counts on, and the next one is cut. */
    @ParameterizedTest
    @EnumSource(Packet.Kind.class)
    void quarantinesSessionWithUnknownBodyFormat(Packet.Kind kind) {
        Tape.Publisher p = tape.publisher().configs().live(0, 70, 33, 60);
        p.format(2_310, kind, 7).live(2_343, 30, 33, 60);
        Tape.Publisher next = tape.publisher();
        next.configs().live(0, 60, 33, 60).ends();
        Dump.Outcome outcome = Dump.of(tape);
        assertThat(outcome.segments()).containsExactly("e0 s0 0 @0+1980 va td2", "e0 s0 1 @1980+330 va td2",
                "e0 s" + next.session + " 2 @0+1980 va td2 DISC1");
        assertThat(outcome.dropped()).contains("quarantined");
        assertThat(outcome.entries().stream().flatMap(e -> e.session().warnings().stream()))
                .contains(new StreamEntry.Warning("quarantined",
                        "Packet.bodyFormat: is 7, supported: 0 (FLV tag body)"));
    }

    @Test
    void quarantinesSessionWithBrokenMediaOnly() {
        Tape.Publisher p = tape.publisher().configs().live(0, 70, 33, 60);
        p.videoConfig("01").live(2_310, 30, 33, 60);
        Tape.Publisher next = tape.publisher();
        next.configs().live(0, 60, 33, 60).ends();
        Dump.Outcome outcome = Dump.of(tape);
        assertThat(outcome.failures()).hasSize(1);
        assertThat(outcome.segments()).containsExactly("e0 s0 0 @0+1980 va td2", "e0 s0 1 @1980+330 va td2",
                "e0 s" + next.session + " 2 @0+1980 va td2 DISC1");
        assertThat(outcome.dropped()).contains("quarantined");
        assertThat(
                outcome.entries().stream().flatMap(e -> e.session().warnings().stream()).map(StreamEntry.Warning::code))
                .contains("quarantined");
    }

    @Test
    void directoryDescribesEpoch() {
        tape.publisher().configs().live(0, 120, 33, 60).ends().graceOver();
        List<StreamEntry> entries = cut().entries();
        assertThat(entries).extracting(StreamEntry::state).containsExactly(StreamEntry.State.LIVE,
                StreamEntry.State.LIVE, StreamEntry.State.LIVE, StreamEntry.State.LIVE, StreamEntry.State.GRACE,
                StreamEntry.State.ENDED);
        StreamEntry last = entries.getLast();
        assertThat(last.playlist().targetDurationS()).isEqualTo(2);
        assertThat(last.span().firstOffset()).isOne();
        assertThat(last.session().tracks()).extracting(Track::codec).containsExactly("AVC", "AAC");
        assertThat(last.sessions()).singleElement().satisfies(s -> {
            assertThat(s.durationMs()).isEqualTo(3_960);
            assertThat(s.codecs()).containsExactly("avc1.42c00d", "mp4a.40.2");
            assertThat(s.endedAtMs()).isPositive();
        });
    }

    /** Regardless of how often encoders reconnect within the grace period. */
    @Test
    void directoryListsNewestSessionsOnly() {
        List<Tape.Publisher> publishers = new ArrayList<>();
        for (int i = 0; i <= Directory.SESSIONS_LIMIT; i++) {
            publishers.add(tape.publisher().configs().live(0, 1, 33, 60).ends());
        }
        List<StreamEntry> entries = cut().entries();
        assertThat(entries).extracting(StreamEntry::epoch).containsOnly(entries.getFirst().epoch());
        assertThat(entries).extracting(entry -> entry.sessions().size()).contains(Directory.SESSIONS_LIMIT)
                .allMatch(size -> size <= Directory.SESSIONS_LIMIT);
        assertThat(entries.getLast().sessions()).extracting(StreamEntry.Session::session)
                .startsWith(publishers.get(1).session).endsWith(publishers.getLast().session);
    }

    /** Adds a second of video of any codec with a keyframe first, as flagged by ingest. */
    private static void pictures(Tape.Publisher p, String fourCc, long fromMs) {
        for (int i = 0; i < 30; i++) {
            p.packet(fromMs + i * 33, 0, Packet.Kind.VIDEO, i == 0, false,
                    (i == 0 ? "91" : "a1") + fourCc + "0000000126");
        }
    }

    /** MPEG-TS carries HEVC since rules version 7. */
    @Test
    void cutsHevcAndWarnsThatHlsIsAudioOnly() {
        Tape.Publisher p = tape.publisher(new EpochRules(6, 2_000, 500, 30_000, 30_000, List.of(Format.TS)))
                .audioConfig(Tape.AAC_48K_STEREO);
        p.packet(0, 0, Packet.Kind.VIDEO, false, true, "9068766331" + Tape.HEVC);
        p.packet(0, 0, Packet.Kind.VIDEO, false, true, "d46876633102"); // colour information
        for (int second = 0; second < 4; second++) {
            p.sound(second * 990, second * 990 + 990);
            pictures(p, "68766331", second * 990);
        }
        p.ends();
        Dump.Outcome outcome = cut();
        assertThat(outcome.segments()).containsExactly("e0 s0 0 @0+1980 va td2", "e0 s0 1 @1980+1980 va td2");
        Cut.SegmentHead head = outcome.cuts().getFirst().head();
        assertThat(Dump.codec(head, Packet.Kind.VIDEO)).isEqualTo("HEVC");
        assertThat(Dump.codec(head, Packet.Kind.AUDIO)).isEqualTo("AAC");
        StreamEntry entry = outcome.entries().getLast();
        assertThat(entry.session().tracks()).extracting(Track::codec).containsExactly("HEVC", "AAC");
        assertThat(entry.sessions().getFirst().codecs()).containsExactly("hvc1.1.6.L30.90", "mp4a.40.2");
        assertThat(entry.session().warnings()).containsExactly(new StreamEntry.Warning("codec_not_in_hls",
                "HLS in TS does not carry video hvc1.1.6.L30.90; HTTP-FLV carries all tracks"));
    }

    @Test
    void warnsIfHlsCarriesNoTrack() {
        Tape.Publisher p = tape.publisher();
        p.packet(0, 0, Packet.Kind.VIDEO, false, true, "907670303901000000000a820202020000");
        p.packet(0, 0, Packet.Kind.AUDIO, false, true, "904f707573");
        for (int second = 0; second < 3; second++) {
            pictures(p, "76703039", second * 990);
            for (int i = 0; i < 49; i++) {
                p.packet(second * 990 + i * 20, 0, Packet.Kind.AUDIO, false, false, "914f707573fc");
            }
        }
        p.ends();
        Dump.Outcome outcome = cut();
        assertThat(outcome.segments()).isNotEmpty();
        assertThat(outcome.entries().getLast().session().warnings())
                .containsExactly(new StreamEntry.Warning("codec_not_in_hls",
                        "HLS in TS does not carry video vp09.00.10.08 and audio Opus, so HLS has no media; "
                                + "HTTP-FLV carries all tracks"));
    }

    /** MP3 has no sequence header: the first frame is its configuration, and a different padding is not a new one. */
    @Test
    void mp3FramesAreSelfDescribing() {
        Tape.Publisher p = tape.publisher();
        for (int i = 0; i < 200; i++) {
            p.packet(i * 26, 0, Packet.Kind.AUDIO, false, false, "2e" + (i % 2 == 0 ? "fffb30c4" : "fffb32c4"));
        }
        p.ends();
        Dump.Outcome outcome = cut();
        assertThat(Dump.codec(outcome.cuts().getFirst().head(), Packet.Kind.AUDIO)).isEqualTo("MP3");
        assertThat(outcome.cuts().getFirst().samples()).allMatch(s -> s.duration() == 1152);
        assertThat(outcome.cuts()).filteredOn(c -> c.head() != null).noneMatch(c -> c.head().start().discontinuous());
    }

    @Test
    void dropsOnlyUnreadableFrame() {
        Tape.Publisher p = tape.publisher();
        p.packet(0, 0, Packet.Kind.AUDIO, false, true, "904f707573");
        for (int i = 0; i < 300; i++) {
            // Code 3 without its second byte; ingest would not let such a packet pass.
            p.packet(i * 20, 0, Packet.Kind.AUDIO, false, false, i == 100 ? "914f707573ff" : "914f707573fc");
        }
        p.ends();
        Dump.Outcome outcome = cut();
        assertThat(outcome.cuts().stream().mapToInt(c -> c.samples().size()).sum()).isGreaterThan(100);
        assertThat(outcome.entries().getLast().session().warnings()).extracting(StreamEntry.Warning::code)
                .doesNotContain("quarantined");
    }

    @Test
    void omitsFurtherTracksByFormerRulesAndWarns() {
        Tape.Publisher p = tape.publisher(new EpochRules(6, 2_000, 500, 30_000, 30_000, List.of(Format.TS))).configs();
        p.live(0, 60, 33, 30).track(1, 1_980, "96016176633101000000" + "0000000165").ends();
        assertThat(cut().entries().getLast().session().warnings()).extracting(StreamEntry.Warning::code)
                .contains("multitrack");
    }

    /**
     * The well-formed media of the list of hostile input, which ingest lets pass: there may be cuts or none, but never
     * a failure.
     */
    @Test
    void hostileMediaHarmsNothing() {
        long far = 1L << 31;
        Tape.Publisher p = tape.publisher();
        for (int i = 0; i < 200; i++) { // a new configuration at every frame
            p.videoConfig(i % 2 == 0 ? Tape.AVC_180P : Tape.AVC_64P).key(i * 33L);
        }
        p.ends();
        tape.publisher().configs().pictures(0, 400, 33, 1).ends(); // keyframes only
        Tape.Publisher never = tape.publisher().configs();
        for (int i = 0; i < 1_000; i++) {
            never.frame(i * 33L);
        }
        never.ends();
        Tape.Publisher wild = tape.publisher().configs();
        for (int i = 0; i < 300; i++) {
            int ct = i % 3 == 0 ? 0x7F_FFFF : i % 3 == 1 ? -0x80_0000 : 0;
            if (i % 10 == 0) {
                wild.key(i * 33L, ct);
            } else {
                wild.frame(i * 33L, ct);
            }
        }
        wild.ends();
        Tape.Publisher jumps = tape.publisher().configs();
        for (int i = 0; i < 200; i++) {
            long at = i * 33L + (i % 20 == 19 ? far : i % 20 == 9 ? -far : 0);
            if (i % 5 == 0) {
                jumps.key(at);
            } else {
                jumps.frame(at).audio(at);
            }
        }
        jumps.ends();
        // Audio after a minute of video.
        tape.publisher().configs().pictures(0, 1_900, 33, 60).sound(62_000, 64_000).ends().graceOver();
        assertThat(cut().cuts()).allSatisfy(c -> {
            assertThat(c.times().durationTicks()).isPositive();
            assertThat(c.samples()).isNotEmpty();
        });
    }

    /** Two frames of 417 bytes in each message. Version 1 of the rules counted them as one, and had no MP3 in HLS. */
    @ParameterizedTest
    @CsvSource({"1, 1152, true", "2, 2304, false"})
    void countsEveryMp3FrameSinceRules2(int version, int samples, boolean warned) {
        EpochRules rules = new EpochRules(version, 2_000, 500, 30_000, 30_000, List.of(Format.TS));
        Tape.Publisher p = tape.publisher(rules);
        String frame = "fffb9004" + "00".repeat(413);
        for (int i = 0; i < 100; i++) {
            p.packet(i * 2304L * 1000 / 44_100, 0, Packet.Kind.AUDIO, false, false, "2f" + frame + frame);
        }
        p.ends();
        Dump.Outcome outcome = cut();
        List<Cut.Sample> first = outcome.cuts().getFirst().samples();
        assertThat(first.getFirst().duration()).isEqualTo(samples);
        assertThat(first.stream().allMatch(s -> s.duration() == samples)).as("without a jump of the clock")
                .isEqualTo(version > 1);
        assertThat(outcome.entries().getLast().session().warnings().stream().map(StreamEntry.Warning::code)
                .anyMatch("codec_not_in_hls"::equals)).isEqualTo(warned);
    }

    /**
     * Audio without a sequence header is identified by its first frame, which arrives after the first video frame. A
     * segment without a track that all other segments have is silent, and hls.js never adds a track to those that it
     * started with.
     */
    @ParameterizedTest
    @CsvSource({"1, ''", "2, MP3"})
    void segmentHasLateAudioSinceRules2(int version, String codec) {
        Dump.Outcome outcome = soundFrom(66, version);
        List<Cut> heads = outcome.cuts().stream().filter(c -> c.head() != null).toList();
        assertThat(Dump.codec(heads.getFirst().head(), Packet.Kind.AUDIO)).isEqualTo(codec.isEmpty() ? null : codec);
        assertThat(heads.getFirst().samples().stream().filter(s -> s.kind() == Packet.Kind.AUDIO)).hasSize(
                codec.isEmpty() ? 0 : 13);
        assertThat(heads.stream().skip(1)).isNotEmpty()
                .allMatch(c -> Dump.codec(c.head(), Packet.Kind.AUDIO).equals("MP3"));
        assertThat(heads.stream().skip(1).map(c -> c.head().start().discontinuous())).first()
                .isEqualTo(codec.isEmpty());
        assertThat(outcome.entries().getLast().session().tracks()).extracting(Track::codec).contains("MP3");
    }

    @Test
    void audioIdentifiedLaterIsInNextSegment() {
        List<Cut> heads = soundFrom(700, 2).cuts().stream().filter(c -> c.head() != null).toList();
        assertThat(Dump.codec(heads.getFirst().head(), Packet.Kind.AUDIO)).isNull();
        assertThat(Dump.codec(heads.get(1).head(), Packet.Kind.AUDIO)).isEqualTo("MP3");
        assertThat(heads.get(1).head().start().discontinuous()).isTrue();
    }

    /** Video from 0 ms on, in parts of 500 ms. */
    private Dump.Outcome soundFrom(long firstMs, int version) {
        Tape.Publisher p = tape.publisher(new EpochRules(version, 2_000, 500, 30_000, 30_000, List.of(Format.TS)));
        p.videoConfig(Tape.AVC_180P);
        for (int i = 0; i < 200; i++) {
            if (i % 60 == 0) {
                p.key(i * 33L);
            } else {
                p.frame(i * 33L);
            }
            if (i * 33L >= firstMs) {
                p.packet(i * 33L, 0, Packet.Kind.AUDIO, false, false, "2efffb30c4");
            }
        }
        p.ends();
        return cut();
    }
}
