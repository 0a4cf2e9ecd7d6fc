package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.Packet;
import io.millrace.segmenter.Tape;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import static org.assertj.core.api.Assertions.assertThat;

class CutterPropertiesTest {

    /** Input of well-behaved encoders. */
    private static Tape sane(long seed) {
        Random random = new Random(seed);
        Tape tape = new Tape();
        for (int session = 0; session < 1 + random.nextInt(2); session++) {
            Tape.Publisher p = tape.publisher().configs();
            int frameMs = 16 + random.nextInt(50);
            long ms = random.nextInt(1_000_000);
            for (int gop = 0; gop < 2 + random.nextInt(4); gop++) {
                int frames = 5 + random.nextInt(120);
                p.live(ms, frames, frameMs, frames);
                ms += (long) frames * frameMs;
            }
            p.ends();
        }
        return tape;
    }

    /** Input that no encoder should send: jumps, gaps, repetitions, losses, changes and takeovers at any moment. */
    private static Tape wild(long seed) {
        Random random = new Random(seed);
        Tape tape = new Tape();
        Tape.Publisher p = tape.publisher().configs();
        long ms = random.nextInt(100_000);
        for (int i = 0; i < 400; i++) {
            ms += random.nextInt(40);
            switch (random.nextInt(60)) {
                case 0 -> p.key(ms, random.nextInt(200) - 50);
                case 1 -> p.lose();
                case 2 -> p.ends(random.nextBoolean()
                        ? io.millrace.platform.log.SessionEnded.Reason.SUSPECTED
                        : io.millrace.platform.log.SessionEnded.Reason.DISCONNECTED);
                case 3 -> p.graceOver();
                case 4 -> p = tape.publisher().configs();
                case 5 -> ms = random.nextLong(10_000_000);
                case 6 -> ms += random.nextInt(4_000);
                case 7 -> ms -= random.nextInt(900);
                case 8 -> p.videoConfig(random.nextBoolean() ? Tape.AVC_64P : Tape.AVC_180P);
                case 9 -> p.audioConfig(random.nextBoolean() ? Tape.AAC_48K_MONO : Tape.AAC_48K_STEREO);
                case 10 -> p.sound(ms, ms + random.nextInt(4_000));
                case 11 -> p.data(0);
                case 12 -> p.key(ms).repeat().repeat().frame(ms);
                case 13, 14, 15, 16, 17 -> p.key(ms);
                default -> {
                    if (random.nextInt(5) < 2) {
                        p.audio(ms);
                    } else {
                        p.frame(ms, random.nextInt(100));
                    }
                }
            }
        }
        return tape;
    }

    private static Map<String, List<Cut>> bySegment(List<Cut> cuts) {
        return cuts.stream()
                .collect(Collectors.groupingBy(c -> c.id().epoch() + "/" + c.id().segment(), TreeMap::new,
                        Collectors.toList()));
    }

    @Property(tries = 100)
    void partsAddUpToSegmentWithinTarget(@ForAll long seed) {
        Dump.Outcome outcome = Dump.of(sane(seed));
        assertThat(outcome.failures()).isEmpty();
        bySegment(outcome.cuts()).forEach((_, parts) -> {
            long at = parts.getFirst().times().startTicks();
            for (Cut part : parts) {
                assertThat(part.times().startTicks()).isEqualTo(at);
                assertThat(part.times().durationTicks()).isBetween(1L, 500 * 90L);
                at += part.times().durationTicks();
            }
            Cut.SegmentHead head = parts.getFirst().head();
            assertThat(head.start().independent())
                    .isEqualTo(parts.getFirst().samples().get(firstVideo(parts.getFirst())).keyframe());
            assertThat(Math.round((at - parts.getFirst().times().startTicks()) / 90_000.0))
                    .isLessThanOrEqualTo(head.start().targetDurationS());
        });
    }

    /** Returns the index of the first sample of video, which leads. */
    private static int firstVideo(Cut cut) {
        return cut.samples().stream().map(Cut.Sample::kind).toList().indexOf(Packet.Kind.VIDEO);
    }

    @Property(tries = 100)
    void segmentsAreContiguousBetweenDiscontinuities(@ForAll long seed) {
        List<Cut> cuts = Dump.of(sane(seed)).cuts();
        for (int i = 1; i < cuts.size(); i++) {
            Cut before = cuts.get(i - 1);
            Cut cut = cuts.get(i);
            if (cut.head() == null || !cut.head().start().discontinuous()) {
                assertThat(cut.times().startTicks())
                        .isEqualTo(before.times().startTicks() + before.times().durationTicks());
            }
        }
        List<Long> offsets = cuts.stream()
                .flatMap(cut -> cut.samples().stream().map(sample -> cut.packets().offsetOf(sample))).toList();
        assertThat(offsets).doesNotHaveDuplicates();
    }

    @Property(tries = 100)
    void anyRecordsResultInWellFormedCuts(@ForAll long seed) {
        Dump.Outcome outcome = Dump.of(wild(seed));
        assertThat(outcome.failures()).isEmpty();
        List<Cut> cuts = outcome.cuts();
        for (int i = 0; i < cuts.size(); i++) {
            Cut cut = cuts.get(i);
            Cut before = i == 0 || cuts.get(i - 1).id().epoch() != cut.id().epoch() ? null : cuts.get(i - 1);
            boolean opens = before == null || before.last();
            assertThat(cut.id().segment())
                    .isEqualTo(before == null ? 0 : before.last() ? before.id().segment() + 1 : before.id().segment());
            assertThat(cut.id().part()).isEqualTo(opens ? 0 : before.id().part() + 1);
            assertThat(cut.head() != null).isEqualTo(opens);
            assertThat(cut.times().durationTicks()).isPositive();
            assertThat(cut.samples()).isNotEmpty();
            assertThat(cut.samples().getLast().offsetDelta())
                    .isEqualTo((int) (cut.packets().lastOffset() - cut.packets().firstOffset()));
            if (opens) {
                assertThat(cut.head().start().targetDurationS()).isPositive();
                assertThat(cut.head().start().discontinuous())
                        .isEqualTo(before != null && cut.head().start().discontinuity() > 0
                                && cut.head().start().discontinuity() == discontinuity(cuts, i) + 1);
            }
        }
        assertThat(timesIncrease(cuts)).isTrue();
    }

    private static long discontinuity(List<Cut> cuts, int before) {
        for (int i = before - 1; i >= 0; i--) {
            if (cuts.get(i).head() != null) {
                return cuts.get(i).head().start().discontinuity();
            }
        }
        return 0;
    }

    private static boolean timesIncrease(List<Cut> cuts) {
        return bySegment(cuts).values().stream()
                .allMatch(parts -> List.of(Packet.Kind.AUDIO, Packet.Kind.VIDEO).stream()
                        .allMatch(kind -> {
                            long[] dts = parts.stream().flatMap(c -> c.samples().stream()).filter(s -> s.kind() == kind)
                                    .mapToLong(Cut.Sample::dts).toArray();
                            for (int i = 1; i < dts.length; i++) {
                                if (dts[i] <= dts[i - 1]) {
                                    return false;
                                }
                            }
                            return true;
                        }));
    }

    @Property(tries = 20)
    void restartAtAnyRecordResultsInSameBytes(@ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int every) {
        Tape tape = wild(seed);
        assertThat(Dump.of(tape, every).bytes()).isEqualTo(Dump.of(tape).bytes());
    }

    @Property(tries = 30)
    void readerThatStartsAtHeadHasSameTimes(@ForAll long seed) {
        Tape tape = wild(seed);
        for (Cut cut : Dump.of(tape).cuts()) {
            if (cut.head() != null && cut.head().state().hasRemaining()) {
                Packet.Kind leading = cut.head().tracks().getFirst().kind();
                long offset = cut.samples().stream().filter(sample -> sample.kind() == leading)
                        .mapToLong(cut.packets()::offsetOf).findFirst().orElseThrow();
                assertThat(SessionStates.verdictsAfter(tape, offset, cut.head().state()))
                        .isEqualTo(SessionStates.verdictsAfter(tape, offset, null));
            }
        }
    }
}
