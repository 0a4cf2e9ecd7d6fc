package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.StreamEntry;
import io.millrace.segmenter.Tape;
import io.millrace.testkit.SlowTest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Epochs with former rules are cut as before. The digests were computed before the next version of the rules existed; if one
 * differs, former rules have changed.
 */
class FormerRulesTest {
    private static final int TAPES = 40;
    /** All former versions cut these tapes alike. */
    private static final String EXPECTED = "e4a857c7d231ccc8";

    @ParameterizedTest
    @ValueSource(ints = {1, 6})
    void cutsAreTheSame(int version) throws NoSuchAlgorithmException {
        assertThat(digest(version)).isEqualTo(EXPECTED);
    }

    @SlowTest
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5})
    void cutsOfVersionsBetweenAreTheSame(int version) throws NoSuchAlgorithmException {
        assertThat(digest(version)).isEqualTo(EXPECTED);
    }

    private static String digest(int version) throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (int seed = 0; seed < TAPES; seed++) {
            for (String line : lines(Dump.of(tape(seed, version)))) {
                digest.update((line + "\n").getBytes(StandardCharsets.US_ASCII));
            }
        }
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }

    private static List<String> lines(Dump.Outcome outcome) {
        List<String> lines = new ArrayList<>();
        for (Cut cut : outcome.cuts()) {
            lines.add(cut.id() + " " + cut.session() + " " + cut.packets() + " " + cut.times());
            cut.samples().forEach(sample -> lines.add(sample.toString()));
        }
        lines.addAll(Dump.parts(outcome.cuts()));
        // When an entry changes is not a matter of the rules: the newest one of an epoch is valid.
        Map<Long, StreamEntry> newest = new TreeMap<>();
        outcome.entries().forEach(entry -> newest.put(entry.epoch(), entry));
        newest.values().forEach(entry -> lines.add(entry.state() + " " + entry.span() + " " + entry.sessions()));
        return lines;
    }

    /** An encoder whose timestamps jump, with losses, holes, other configurations, reconnects and takeovers. */
    private static Tape tape(int seed, int version) {
        EpochRules rules = new EpochRules(version, 2_000, 500, 30_000, 30_000, List.of(Format.TS));
        Random random = new Random(seed);
        Tape tape = new Tape();
        Tape.Publisher p = tape.publisher(rules).configs();
        long ms = random.nextInt(100_000);
        for (int i = 0; i < 60; i++) {
            int frames = 1 + random.nextInt(80);
            int frameMs = 10 + random.nextInt(60);
            p.live(ms, frames, frameMs, 1 + random.nextInt(80));
            ms += (long) frames * frameMs;
            switch (random.nextInt(16)) {
                case 0 -> p.lose();
                case 1 -> ms = random.nextInt(5_000_000);
                case 2 -> ms += random.nextInt(4_000);
                case 3 -> p.videoConfig(random.nextBoolean() ? Tape.AVC_64P : Tape.AVC_180P);
                case 4 -> p.audioConfig(random.nextBoolean() ? Tape.AAC_48K_MONO : Tape.AAC_48K_STEREO);
                case 5 -> p.sound(ms, ms + random.nextInt(4_000));
                case 6 -> p = tape.publisher(rules).configs();
                case 7 -> p.ends();
                case 8 -> p.ends().graceOver();
                default -> {
                    // The stream continues.
                }
            }
        }
        p.ends();
        return tape;
    }
}
