package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Packet;
import io.millrace.segmenter.Tape;
import java.util.List;
import java.util.Random;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Parts against PART-TARGET (docs/protocols.md, 7.1): none is longer, and none but the last one of a segment is shorter
 * than 85 % of it, in each rendition.
 */
class PartTargetTest {
    private static final String AAC_44K = "1210";
    private static final String AAC_48K = "1190";
    private static final int SAMPLES = 1_024;
    private static final int SECONDS = 12;
    private static final int TICKS = 90_000;

    /** A broadcast with a keyframe every two seconds, and audio that is interleaved by time. */
    private static Dump.Outcome broadcast(int partMs, int framesPerGop, IntToLongFunction frameMs, int audioHz) {
        EpochRules rules = new EpochRules(Tape.RULES.rulesVersion(), 2_000, partMs, 30_000, 30_000,
                Tape.RULES.formats());
        Tape tape = new Tape();
        Tape.Publisher encoder = tape.publisher(rules).videoConfig(Tape.AVC_180P)
                .audioConfig(audioHz == 48_000 ? AAC_48K : AAC_44K);
        int audio = 0;
        for (int frame = 0; frameMs.applyAsLong(frame) < SECONDS * 1_000; frame++) {
            long ms = frameMs.applyAsLong(frame);
            for (; audio * 1_000L * SAMPLES / audioHz <= ms; audio++) {
                encoder.audio(audio * 1_000L * SAMPLES / audioHz);
            }
            if (frame % framesPerGop == 0) {
                encoder.key(ms);
            } else {
                encoder.frame(ms);
            }
        }
        Dump.Outcome outcome = Dump.of(tape);
        assertThat(outcome.failures()).isEmpty();
        return outcome;
    }

    private static long target(Dump.Outcome outcome) {
        List<Long> targets = outcome.entries().stream().map(entry -> entry.playlist().partTargetTicks())
                .filter(ticks -> ticks > 0).distinct().toList();
        assertThat(targets).as("it never changes").hasSize(1);
        return targets.getFirst();
    }

    private static double audioTicks(Cut cut, int audioHz) {
        long frames = cut.samples().stream().filter(sample -> sample.kind() == Packet.Kind.AUDIO).count();
        return (double) frames * SAMPLES * TICKS / audioHz;
    }

    @ParameterizedTest
    @CsvSource({"24, 1, 48", "25, 1, 50", "30000, 1001, 60", "30, 1, 60", "50, 1, 100", "60000, 1001, 120",
        "60, 1, 120"})
    void partsOfEqualFramesAreNeverTooLongOrTooShort(int frames, int perSeconds, int framesPerGop) {
        for (int partMs : List.of(200, 250, 300, 333, 400, 500, 1_000)) {
            for (int audioHz : List.of(44_100, 48_000)) {
                Dump.Outcome outcome = broadcast(partMs, framesPerGop,
                        frame -> Math.round(frame * 1_000.0 * perSeconds / frames), audioHz);
                long target = target(outcome);
                for (Cut cut : outcome.cuts()) {
                    String what = "%s of %d ms at %d/%d and %d Hz, target %d".formatted(cut.id(), partMs, frames,
                            perSeconds, audioHz, target);
                    double shortest = cut.last() ? 0 : 0.85 * target;
                    assertThat((double) cut.times().durationTicks()).as(what).isBetween(shortest, (double) target);
                    assertThat(audioTicks(cut, audioHz)).as("audio " + what).isBetween(shortest, target + 1.0);
                }
                assertThat(outcome.cuts()).hasSizeGreaterThan(SECONDS * 1_000 / partMs / 2);
            }
        }
    }

    /** With uneven frames, parts may be short, but the limit holds. */
    @Test
    void partsOfUnevenFramesAreNeverTooLong() {
        for (int seed = 0; seed < 20; seed++) {
            long[] times = new long[SECONDS * 50];
            Random random = new Random(seed);
            for (int i = 1; i < times.length; i++) {
                times[i] = times[i - 1] + 20 + random.nextInt(60);
            }
            for (int partMs : List.of(200, 500)) {
                Dump.Outcome outcome = broadcast(partMs, 40, frame -> times[frame], 48_000);
                long target = target(outcome);
                for (Cut cut : outcome.cuts()) {
                    assertThat(cut.times().durationTicks()).isLessThanOrEqualTo(target);
                    assertThat(audioTicks(cut, 48_000)).isLessThanOrEqualTo(target + 1.0);
                }
            }
        }
    }

    /** A frame may be longer than {@code --part}: PART-TARGET is then that of one frame. */
    @Test
    void partHasOneFrameAtLeast() {
        Dump.Outcome outcome = broadcast(200, 4, frame -> frame * 500L, 48_000);
        assertThat(target(outcome)).isBetween(500L * 90, 525L * 90);
        assertThat(outcome.cuts()).allMatch(cut -> cut.times().durationTicks() <= target(outcome));
    }
}
