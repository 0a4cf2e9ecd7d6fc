package io.millrace.segmenter.cut;

import io.millrace.media.amf.Amf0Writer;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.TrackId;
import io.millrace.segmenter.Tape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Cuts of several tracks: each track by its own times (rules version 7; docs/protocols.md, section 9.4). */
class TracksByTimeTest {
    private static final TrackId VIDEO = new TrackId(Packet.Kind.VIDEO, 0);
    private static final TrackId SECOND_VIDEO = new TrackId(Packet.Kind.VIDEO, 1);
    private static final TrackId AUDIO = new TrackId(Packet.Kind.AUDIO, 0);
    private static final TrackId SECOND_AUDIO = new TrackId(Packet.Kind.AUDIO, 2);
    private static final long FRAME_MS = 40;
    private static final long GOP_MS = 2_000;

    private Tape tape = new Tape();

    /** A frame of a track that the encoder has not sent yet. */
    private record Sent(TrackId track, long ms) {}

    /** Sends the frames of several tracks, each in order, in any interleaving. */
    private static final class Ladder {
        private final Tape.Publisher publisher;
        private final TreeMap<TrackId, List<Sent>> unsent = new TreeMap<>();
        private final LongPredicate keyframe;

        Ladder(Tape tape, LongPredicate keyframe, TrackId... tracks) {
            this.keyframe = keyframe;
            publisher = tape.publisher().configs();
            for (TrackId track : tracks) {
                if (track.id() != 0) {
                    publisher.furtherConfig(track, track.kind() == Packet.Kind.VIDEO
                            ? Tape.AVC_64P
                            : Tape.AAC_48K_MONO);
                }
            }
        }

        Ladder frames(TrackId track, long fromMs, long untilMs) {
            List<Sent> frames = unsent.computeIfAbsent(track, _ -> new ArrayList<>());
            long n = 0;
            for (long ms = fromMs; ms < untilMs; ms = fromMs + time(track, ++n)) {
                frames.add(new Sent(track, ms));
            }
            return this;
        }

        private static long time(TrackId track, long n) {
            return track.kind() == Packet.Kind.VIDEO ? n * FRAME_MS : n * 64 / 3;
        }

        private long nextMs(List<Sent> frames) {
            return frames.isEmpty() ? Long.MAX_VALUE : frames.getFirst().ms();
        }

        /** Sends all frames, each at random, but at most {@code aheadMs} before a frame of another track. */
        Tape.Publisher send(Random random, long aheadMs) {
            while (unsent.values().stream().anyMatch(frames -> !frames.isEmpty())) {
                long firstMs = unsent.values().stream().mapToLong(this::nextMs).min().orElseThrow();
                List<List<Sent>> ready = unsent.values().stream()
                        .filter(frames -> !frames.isEmpty() && nextMs(frames) <= firstMs + aheadMs).toList();
                send(ready.get(random.nextInt(ready.size())).removeFirst());
            }
            return publisher;
        }

        void send(Sent frame) {
            boolean key = frame.track().kind() == Packet.Kind.VIDEO && keyframe.test(frame.ms());
            if (frame.track().id() != 0) {
                publisher.further(frame.track(), frame.ms(), key);
            } else if (frame.track().kind() == Packet.Kind.AUDIO) {
                publisher.audio(frame.ms());
            } else if (key) {
                publisher.key(frame.ms());
            } else {
                publisher.frame(frame.ms());
            }
        }
    }

    private static boolean isKey(long ms) {
        return ms % GOP_MS == 0;
    }

    private static Tape ladder(Random random, long aheadMs) {
        Tape tape = new Tape();
        Ladder ladder = new Ladder(tape, TracksByTimeTest::isKey, SECOND_VIDEO, SECOND_AUDIO);
        for (TrackId track : List.of(VIDEO, SECOND_VIDEO, AUDIO, SECOND_AUDIO)) {
            ladder.frames(track, 0, 9_000);
        }
        ladder.send(random, aheadMs).ends();
        return tape;
    }

    /** One line per part: the head's tracks, and the times of each track's samples. */
    private static List<String> parts(List<Cut> cuts) {
        return cuts.stream().map(cut -> {
            TreeMap<TrackId, List<String>> samples = new TreeMap<>();
            cut.samples().forEach(sample -> samples
                    .computeIfAbsent(new TrackId(sample.kind(), sample.track()), _ -> new ArrayList<>())
                    .add(sample.dts() + "+" + sample.duration()));
            return cut.id() + " " + cut.times().startTicks() + "+" + cut.times().durationTicks() + " "
                    + cut.independent()
                    + " " + (cut.head() == null ? "" : cut.head().tracks().stream().map(Track::trackId).toList())
                    + samples;
        }).toList();
    }

    private static List<TrackId> tracks(Cut cut) {
        return cut.head().tracks().stream().map(Track::trackId).toList();
    }

    private Dump.Outcome cut() {
        Dump.Outcome outcome = Dump.of(tape);
        assertThat(outcome.failures()).isEmpty();
        return outcome;
    }

    private static List<Cut> heads(Dump.Outcome outcome) {
        return outcome.cuts().stream().filter(cut -> cut.head() != null).toList();
    }

    private static List<String> warnings(Dump.Outcome outcome) {
        return outcome.entries().getLast().session().warnings().stream().map(StreamEntry.Warning::code).toList();
    }

    private static long samples(Cut cut, TrackId track) {
        return cut.samples().stream().filter(s -> s.kind() == track.kind() && s.track() == track.id()).count();
    }

    @Property(tries = 60)
    void interleavingDoesNotMatterWithinTheWait(@ForAll long seed, @ForAll @IntRange(min = 0, max = 900) int aheadMs) {
        assertThat(parts(Dump.of(ladder(new Random(seed), aheadMs)).cuts()))
                .isEqualTo(parts(Dump.of(ladder(new Random(0), 0)).cuts()));
    }

    @Property(tries = 8)
    void restartAtAnyRecordResultsInSameBytes(@ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int every) {
        Tape tape = ladder(new Random(seed), 1_500);
        assertThat(Dump.of(tape, every).bytes()).isEqualTo(Dump.of(tape).bytes());
    }

    @Property(tries = 30)
    void noSampleIsInTwoPartsAndTracksAreInOrder(@ForAll long seed,
            @ForAll @IntRange(min = 0, max = 5_000) int aheadMs) {
        TreeMap<TrackId, Long> last = new TreeMap<>();
        for (Cut cut : Dump.of(ladder(new Random(seed), aheadMs)).cuts()) {
            for (Cut.Sample sample : cut.samples()) {
                assertThat(sample.offsetDelta()).isNotNegative();
                Long before = last.put(new TrackId(sample.kind(), sample.track()), sample.dts());
                assertThat(before == null || before < sample.dts()).isTrue();
            }
        }
    }

    @Test
    void segmentsHaveAllTracksAndDirectoryListsThem() {
        tape.entries().addAll(ladder(new Random(1), 100).entries());
        Dump.Outcome outcome = cut();
        assertThat(heads(outcome)).hasSize(5).extracting(TracksByTimeTest::tracks)
                .containsOnly(List.of(VIDEO, AUDIO, SECOND_AUDIO, SECOND_VIDEO));
        assertThat(outcome.entries().getLast().session().tracks()).extracting(Track::trackId)
                .containsExactly(VIDEO, AUDIO, SECOND_AUDIO, SECOND_VIDEO);
        assertThat(outcome.cuts().getFirst().head().tracks().getLast().timescale()).isEqualTo(90_000);
        assertThat(outcome.cuts().stream().mapToLong(cut -> samples(cut, SECOND_VIDEO)).sum()).isEqualTo(225);
        assertThat(outcome.cuts().stream().mapToLong(cut -> samples(cut, AUDIO)).sum()).isEqualTo(422);
        assertThat(warnings(outcome)).isEmpty();
    }

    @Test
    void partWaitsForAudioOnlyUntilItHasArrived() {
        Ladder encoder = new Ladder(tape, TracksByTimeTest::isKey);
        encoder.frames(VIDEO, 0, 2_040).frames(AUDIO, 0, 2_000).send(new Random(0), 0);
        // The first keyframe interval is complete, so cuts are no longer held back; the fourth part waits for audio.
        assertThat(cut().cuts()).hasSize(4);
        encoder.send(new Sent(AUDIO, 2_006));
        assertThat(cut().cuts()).hasSize(5);
    }

    @Test
    void partDoesNotWaitLongerThanTheLimit() {
        Ladder encoder = new Ladder(tape, TracksByTimeTest::isKey);
        encoder.frames(VIDEO, 0, 2_200).frames(AUDIO, 0, 2_200).send(new Random(0), 0);
        int before = cut().cuts().size();
        encoder.frames(VIDEO, 2_200, 3_160).send(new Random(0), 0);
        assertThat(cut().cuts()).hasSize(before);
        encoder.frames(VIDEO, 3_160, 3_240).send(new Random(0), 0);
        assertThat(cut().cuts()).hasSizeGreaterThan(before);
        // The late sound is in a later part.
        encoder.frames(AUDIO, 2_200, 3_400).frames(VIDEO, 3_240, 5_000).send(new Random(0), 0).ends();
        assertThat(cut().cuts().stream().mapToLong(cut -> samples(cut, AUDIO)).sum()).isGreaterThanOrEqualTo(158);
    }

    @Test
    void audioBeforeKeyframeInTheLogIsInItsSegment() {
        Ladder encoder = new Ladder(tape, TracksByTimeTest::isKey);
        for (int n = 0; n < 20; n++) {
            encoder.send(new Sent(AUDIO, n * 64 / 3));
        }
        encoder.frames(VIDEO, 0, 4_040).frames(AUDIO, 427, 4_040).send(new Random(0), 0).ends();
        Cut first = cut().cuts().getFirst();
        assertThat(samples(first, AUDIO)).isEqualTo(23);
        assertThat(first.packets().firstOffset()).isLessThan(first.packets().offsetOf(first.samples().stream()
                .filter(sample -> sample.kind() == Packet.Kind.VIDEO).findFirst().orElseThrow()));
        assertThat(first.independent()).isTrue();
    }

    @Test
    void trackWithOtherKeyframesLeavesAndDoesNotStopTheRest() {
        Ladder encoder = new Ladder(tape, TracksByTimeTest::isKey, SECOND_VIDEO, SECOND_AUDIO);
        encoder.frames(VIDEO, 0, 8_000).frames(AUDIO, 0, 8_000).frames(SECOND_AUDIO, 0, 8_000)
                .frames(SECOND_VIDEO, 0, 4_000).frames(SECOND_VIDEO, 4_040, 8_000).send(new Random(3), 100).ends();
        Dump.Outcome outcome = cut();
        assertThat(heads(outcome)).extracting(TracksByTimeTest::tracks).containsExactly(
                List.of(VIDEO, AUDIO, SECOND_AUDIO, SECOND_VIDEO), List.of(VIDEO, AUDIO, SECOND_AUDIO, SECOND_VIDEO),
                List.of(VIDEO, AUDIO, SECOND_AUDIO), List.of(VIDEO, AUDIO, SECOND_AUDIO));
        assertThat(outcome.entries().getLast().session().tracks()).extracting(Track::trackId)
                .containsExactly(VIDEO, AUDIO, SECOND_AUDIO);
        assertThat(warnings(outcome)).containsExactly("track_left");
        assertThat(outcome.cuts().stream().filter(cut -> cut.id().segment() >= 2)
                .mapToLong(cut -> samples(cut, SECOND_VIDEO)).sum()).isZero();
    }

    @Test
    void keyframeWithinHalfFrameIsAligned() {
        for (int apartMs : new int[]{-21, -20, 20, 21}) {
            Tape other = new Tape();
            Ladder encoder = new Ladder(other, ms -> isKey(ms) || ms == 2_000 + apartMs, SECOND_VIDEO);
            encoder.frames(VIDEO, 0, 5_000).frames(SECOND_VIDEO, 0, 1_960).frames(SECOND_VIDEO, 2_000 + apartMs, 5_000)
                    .send(new Random(0), 0).ends();
            assertThat(tracks(heads(Dump.of(other)).get(1)).contains(SECOND_VIDEO)).as("%d ms", apartMs)
                    .isEqualTo(Math.abs(apartMs) <= FRAME_MS / 2);
        }
    }

    @Test
    void vanishedTrackLeavesAtNextSegment() {
        Ladder encoder = new Ladder(tape, TracksByTimeTest::isKey, SECOND_AUDIO);
        encoder.frames(VIDEO, 0, 8_000).frames(AUDIO, 0, 8_000).frames(SECOND_AUDIO, 0, 3_000)
                .send(new Random(3), 100).ends();
        assertThat(heads(cut())).extracting(cut -> tracks(cut).size()).containsExactly(3, 3, 2, 2);
        assertThat(warnings(cut())).containsExactly("track_left");
    }

    @Test
    void soundThatGoesOnWithoutPicturesIsAllInSegments() {
        Ladder encoder = new Ladder(tape, TracksByTimeTest::isKey);
        encoder.frames(VIDEO, 0, 5_000).frames(AUDIO, 0, 20_000).send(new Random(1), 0).ends();
        List<Cut> cuts = cut().cuts();
        assertThat(sound(cuts)).hasSize(938).isSorted().doesNotHaveDuplicates();
        Cut last = cuts.getLast();
        assertThat(last.times().startTicks() + last.times().durationTicks()).isCloseTo(20_000 * 90, within(90L * 90));
        assertThat(cuts).extracting(cut -> cut.times().programDateTimeMs()).isSorted();
        assertThat(cuts).filteredOn(cut -> cut.head() != null && !cut.head().state().hasRemaining())
                .as("segments of audio that waited").isNotEmpty();
    }

    private static List<Long> sound(List<Cut> cuts) {
        return cuts.stream().flatMap(cut -> cut.samples().stream())
                .filter(sample -> sample.kind() == Packet.Kind.AUDIO).map(Cut.Sample::dts).toList();
    }

    /** Pictures end some time before the session does, but not for so long that sound takes the lead. */
    @ParameterizedTest
    @ValueSource(longs = {10, 500, 1_000, 1_500, 2_400})
    void soundAfterLastPictureIsAllInSegments(long soundMs) {
        for (Consumer<Tape.Publisher> end : List.<Consumer<Tape.Publisher>>of(Tape.Publisher::ends,
                publisher -> publisher.ends(SessionEnded.Reason.SUSPECTED).graceOver(),
                _ -> tape.publisher().configs().live(0, 60, 33, 60), publisher -> publisher.key(100_000),
                publisher -> publisher.lose().key(5_000 + soundMs + 100).ends())) {
            tape = new Tape();
            Ladder encoder = new Ladder(tape, TracksByTimeTest::isKey);
            end.accept(encoder.frames(VIDEO, 0, 5_000).frames(AUDIO, 0, 5_000 + soundMs).send(new Random(1), 0));
            List<Cut> cuts = cut().cuts().stream().filter(cut -> cut.session() == encoder.publisher.session).toList();
            assertThat(sound(cuts)).hasSize((int) Math.ceilDiv((5_000 + soundMs) * 48, 1_024)).isSorted()
                    .doesNotHaveDuplicates();
            assertThat(cuts).filteredOn(cut -> cut.head() != null && cut.head().tracks().size() == 1)
                    .as("segments without pictures").hasSize(soundMs > 2_000 ? 2 : soundMs > 1_000 ? 1 : 0);
        }
    }

    /** After a jump of the timestamps, segments begin with pictures again. */
    @Test
    void picturesLeadAfterSoundThatOutlastedThem() {
        Ladder encoder = new Ladder(tape, TracksByTimeTest::isKey);
        encoder.frames(VIDEO, 0, 5_000).frames(AUDIO, 0, 7_000).send(new Random(1), 0);
        encoder.frames(VIDEO, 100_000, 103_000).frames(AUDIO, 99_960, 103_000).send(new Random(1), 0).ends();
        assertThat(heads(cut())).extracting(cut -> cut.head().tracks().getFirst().kind()).containsExactly(
                Packet.Kind.VIDEO, Packet.Kind.VIDEO, Packet.Kind.VIDEO, Packet.Kind.AUDIO, Packet.Kind.VIDEO,
                Packet.Kind.VIDEO);
    }

    /** The further tracks have ended with the pictures; they are in the epoch's next session again. */
    @ParameterizedTest
    @ValueSource(longs = {500, 1_500, 2_400})
    void soundAfterLastPictureIsAllInSegmentsWithFurtherTracks(long soundMs) {
        for (TrackId second : List.of(SECOND_VIDEO, SECOND_AUDIO)) {
            tape = new Tape();
            for (int session = 0; session < 2; session++) {
                Ladder encoder = new Ladder(tape, TracksByTimeTest::isKey, second);
                encoder.frames(VIDEO, 0, 4_000).frames(AUDIO, 0, 4_000 + soundMs).frames(second, 0, 4_000)
                        .send(new Random(3), 100).ends();
            }
            Dump.Outcome outcome = cut();
            assertThat(outcome.cuts().stream().mapToLong(cut -> samples(cut, AUDIO)).sum())
                    .isEqualTo(2 * Math.ceilDiv((4_000 + soundMs) * 48, 1_024));
            assertThat(heads(outcome)).filteredOn(cut -> tracks(cut).getFirst().equals(VIDEO)).hasSize(4)
                    .extracting(cut -> tracks(cut).size()).containsOnly(3);
            assertThat(warnings(outcome)).isEmpty();
        }
    }

    /** A further video that outlasts the default one cannot be in a segment of sound; a second language can. */
    @Test
    void furtherTracksThatOutlastPictures() {
        Ladder encoder = new Ladder(tape, TracksByTimeTest::isKey, SECOND_VIDEO, SECOND_AUDIO);
        encoder.frames(VIDEO, 0, 4_000).frames(AUDIO, 0, 6_000).frames(SECOND_VIDEO, 0, 5_000)
                .frames(SECOND_AUDIO, 0, 6_000).send(new Random(3), 100).ends();
        List<Cut> cuts = cut().cuts();
        assertThat(cuts.stream().mapToLong(cut -> samples(cut, SECOND_AUDIO)).sum()).isEqualTo(282);
        assertThat(cuts.stream().mapToLong(cut -> samples(cut, SECOND_VIDEO)).sum()).isEqualTo(100);
    }

    /** Sound that waits for the keyframe after a loss of packets, when the session ends or more packets are lost. */
    @Test
    void soundAfterLossIsInSegmentIfNoPictureFollows() {
        for (Consumer<Tape.Publisher> end : List.<Consumer<Tape.Publisher>>of(Tape.Publisher::ends,
                publisher -> publisher.ends(SessionEnded.Reason.SUSPECTED).graceOver(),
                publisher -> publisher.lose().key(6_000).ends(),
                _ -> tape.publisher().tracks(null, "AAC").audioConfig(Tape.AAC_48K_STEREO).sound(0, 3_000))) {
            tape = new Tape();
            Tape.Publisher publisher = tape.publisher().tracks("AVC", "AAC").configs().live(0, 101, 40, 50).lose()
                    .sound(4_500, 4_900);
            end.accept(publisher);
            assertThat(cut().cuts()).filteredOn(cut -> cut.session() == publisher.session)
                    .extracting(cut -> samples(cut, AUDIO)).contains(19L);
        }
    }

    /** Its segments are not known to be without pictures before three seconds have passed. */
    @ParameterizedTest
    @ValueSource(longs = {3_100, 10_000})
    void soundAloneIsAllInSegments(long soundMs) {
        tape.publisher().audioConfig(Tape.AAC_48K_STEREO).sound(0, soundMs).ends();
        assertThat(sound(cut().cuts())).hasSize((int) Math.ceilDiv(soundMs * 48, 1_024)).isSorted()
                .doesNotHaveDuplicates();
    }

    /** The encoder says that it has video, and does not send any. */
    @Test
    void soundOfSessionWithoutAnyPictureIsAllInSegments() {
        tape.publisher().configs().sound(0, 20_000).ends();
        assertThat(sound(cut().cuts())).hasSize(938).isSorted().doesNotHaveDuplicates();
    }

    /** Ingest has recorded that the session has no video, so nothing waits for pictures. */
    @Test
    void soundOfSessionWithoutVideoLeadsAtOnce() {
        Tape.Publisher publisher = tape.publisher().tracks(null, "AAC").audioConfig(Tape.AAC_48K_STEREO)
                .sound(0, 1_100);
        assertThat(cut().cuts()).hasSize(2);
        publisher.ends();
        assertThat(sound(cut().cuts())).hasSize(52);
    }

    /** Sound before the first keyframe of a session is in no segment, however long pictures take. */
    @Test
    void soundBeforeFirstKeyframeIsDropped() {
        tape.publisher().configs().sound(0, 8_000).pictures(8_000, 51, 40, 50).ends();
        assertThat(cut().cuts().getFirst().times().startTicks()).isEqualTo(8_000 * 90);
        assertThat(sound(cut().cuts())).isEmpty();
    }

    @Test
    void trackThatBeginsLaterIsNotInTheEpoch() {
        Ladder encoder = new Ladder(tape, TracksByTimeTest::isKey, SECOND_VIDEO);
        encoder.frames(VIDEO, 0, 8_000).frames(AUDIO, 0, 8_000).frames(SECOND_VIDEO, 4_000, 8_000)
                .send(new Random(3), 100).ends();
        assertThat(heads(cut())).extracting(cut -> tracks(cut).size()).containsOnly(2);
        assertThat(warnings(cut())).containsExactly("track_left");
    }

    @Test
    void nextSessionOfEpochHasItsTracksAgain() {
        for (int session = 0; session < 2; session++) {
            Ladder encoder = new Ladder(tape, TracksByTimeTest::isKey, SECOND_VIDEO);
            encoder.frames(VIDEO, 0, 4_000).frames(AUDIO, 0, 4_000).frames(SECOND_VIDEO, 0, 4_000)
                    .send(new Random(3), 100).ends();
        }
        assertThat(heads(cut())).hasSize(4).extracting(cut -> tracks(cut).size()).containsOnly(3);
        assertThat(warnings(cut())).isEmpty();
    }

    @Test
    void otherConfigurationOfFurtherTrackIsDiscontinuityOfAll() {
        Ladder encoder = new Ladder(tape, TracksByTimeTest::isKey, SECOND_AUDIO);
        encoder.frames(VIDEO, 0, 3_000).frames(AUDIO, 0, 3_000).frames(SECOND_AUDIO, 0, 3_000).send(new Random(3), 50);
        encoder.publisher.furtherConfig(SECOND_AUDIO, Tape.AAC_48K_MONO)
                .furtherConfig(SECOND_AUDIO, Tape.AAC_48K_STEREO);
        encoder.frames(VIDEO, 3_000, 8_000).frames(AUDIO, 3_000, 8_000).frames(SECOND_AUDIO, 3_000, 8_000)
                .send(new Random(3), 50).ends();
        assertThat(heads(cut())).extracting(cut -> cut.head().start().discontinuous())
                .containsExactly(false, false, true, false);
        assertThat(heads(cut())).extracting(cut -> tracks(cut).size()).containsOnly(3);
    }

    @Test
    void messageOfSeveralTracksIsOnePacketOfSeveralSamples() {
        Tape.Publisher p = tape.publisher().configs().furtherConfig(SECOND_VIDEO, Tape.AVC_64P);
        for (int i = 0; i <= 100; i++) {
            p.together(i * FRAME_MS, isKey(i * FRAME_MS));
        }
        p.ends();
        Cut first = cut().cuts().getFirst();
        assertThat(tracks(first)).contains(SECOND_VIDEO);
        assertThat(samples(first, VIDEO)).isEqualTo(samples(first, SECOND_VIDEO)).isEqualTo(12);
        assertThat(first.samples().get(0).offsetDelta()).isEqualTo(first.samples().get(1).offsetDelta());
        assertThat(first.samples().get(0).track()).isZero();
        assertThat(first.samples().get(1).keyframe()).isTrue();
    }

    @Test
    void tracksHaveLanguageAndNameOfMetadata() {
        Tape.Publisher p = tape.publisher();
        ByteWriter body = new ByteWriter();
        new Amf0Writer(body).value(new AmfValue.Text("onMetaData")).value(AmfValue.Obj.of(
                AmfValue.field("audioTrackIdInfoMap", AmfValue.Obj.of(
                        AmfValue.field("0", AmfValue.Obj.of(AmfValue.field("language", "de"))),
                        AmfValue.field("2", AmfValue.Obj.of(AmfValue.field("language", "pt-BR"),
                                AmfValue.field("name", "Comentários"))),
                        AmfValue.field("x", AmfValue.Obj.of(AmfValue.field("language", "en"))),
                        AmfValue.field("3", AmfValue.Obj.of(AmfValue.field("language", "\"></script>")))))));
        p.body(0, 0, Packet.Kind.DATA, false, false, body.view());
        p.configs().furtherConfig(SECOND_AUDIO, Tape.AAC_48K_MONO);
        for (long ms = 0; ms <= 4_000; ms += FRAME_MS) {
            p.audio(ms).further(SECOND_AUDIO, ms, false);
            p = isKey(ms) ? p.key(ms) : p.frame(ms);
        }
        p.ends();
        assertThat(cut().cuts().getFirst().head().tracks()).extracting(Track::trackId, Track::language, Track::name)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(VIDEO, null, null),
                        org.assertj.core.groups.Tuple.tuple(AUDIO, "de", null),
                        org.assertj.core.groups.Tuple.tuple(SECOND_AUDIO, "pt-BR", "Comentários"));
    }

    /** The first segment has no captions yet; that the second session has none does not remove them. */
    @Test
    void captionsOfEpochAreListedFromNextSegmentOn() {
        String sei = "00000012" + "06040e" + "b500314741393403" + "c1ff" + "fc%sff";
        Tape.Publisher p = tape.publisher().configs().furtherConfig(SECOND_VIDEO, Tape.AVC_180P);
        for (long ms = 0; ms <= 7_000; ms += FRAME_MS) {
            p.audio(ms);
            boolean captioned = ms == 3_000;
            String head = isKey(ms) ? "17" : "27";
            p = p.packet(ms, 0, Packet.Kind.VIDEO, isKey(ms), false, head + "01000000"
                    + (captioned ? sei.formatted("9420") + "80" : "") + (isKey(ms) ? "0000000165" : "0000000141"));
            p.further(SECOND_VIDEO, ms, isKey(ms) ? Packet.Content.KEYFRAME : Packet.Content.OTHER,
                    (isKey(ms) ? "96" : "a6") + "0161766331" + "01" + "000000"
                            + (captioned ? sei.formatted("1c2f") + "80" : "")
                            + (isKey(ms) ? "0000000165" : "0000000141"));
        }
        p.ends();
        List<List<List<String>>> captions = heads(cut()).stream()
                .map(cut -> cut.head().tracks().stream().map(Track::captions).toList()).toList();
        assertThat(captions.getFirst()).as("video0, audio0, video1").containsExactly(List.of(), List.of(), List.of());
        assertThat(captions.getLast()).containsExactly(List.of("CC1"), List.of(), List.of("CC2"));
        assertThat(cut().entries().getLast().session().tracks()).extracting(Track::captions)
                .contains(List.of("CC1"), List.of("CC2"));
    }

    /** Each track has the same frames: with a ladder, the directory states nearly twice the bitrate. */
    @Test
    void directoryCountsAllTracks() {
        long[] bitrates = new long[2];
        long[] sizes = new long[2];
        for (int further = 0; further < 2; further++) {
            tape = new Tape();
            Tape.Publisher p = tape.publisher().configs();
            if (further == 1) {
                p.furtherConfig(SECOND_VIDEO, Tape.AVC_180P);
            }
            for (long ms = 0; ms <= 14_000; ms += FRAME_MS) {
                p.audio(ms);
                p = isKey(ms) ? p.key(ms) : p.frame(ms);
                if (further == 1) {
                    p.further(SECOND_VIDEO, ms, isKey(ms) ? Packet.Content.KEYFRAME : Packet.Content.OTHER,
                            (isKey(ms) ? "96" : "a6") + "0161766331" + "01" + "000000" + "000001f4"
                                    + (isKey(ms) ? "65" : "41") + "11".repeat(499));
                }
            }
            p.ends();
            StreamEntry entry = cut().entries().getLast();
            bitrates[further] = entry.playlist().bitrate();
            sizes[further] = entry.sessions().getLast().sizeBytes();
        }
        long perSecond = 1_000 / FRAME_MS * (504 + 13) * 8;
        assertThat(bitrates[1] - bitrates[0]).isBetween(perSecond * 9 / 10, perSecond * 11 / 10);
        assertThat(sizes[1]).isGreaterThan(sizes[0] + 13 * perSecond / 8);
    }

    @Test
    void fifteenFurtherTracksOfKindAreCutAndOneMoreIsNot() {
        Tape.Publisher p = tape.publisher().configs();
        for (int id = 1; id <= 16; id++) {
            p.furtherConfig(new TrackId(Packet.Kind.AUDIO, id), Tape.AAC_48K_MONO);
        }
        for (long ms = 0; ms <= 4_000; ms += FRAME_MS) {
            p = isKey(ms) ? p.key(ms) : p.frame(ms);
            p.audio(ms);
            for (int id = 1; id <= 16; id++) {
                p.further(new TrackId(Packet.Kind.AUDIO, id), ms, false);
            }
        }
        p.ends();
        assertThat(tracks(cut().cuts().getFirst())).hasSize(2 + FurtherTracks.LIMIT)
                .doesNotContain(new TrackId(Packet.Kind.AUDIO, 16));
    }
}
