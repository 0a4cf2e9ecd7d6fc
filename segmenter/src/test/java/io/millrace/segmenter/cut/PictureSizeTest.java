package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.TrackId;
import io.millrace.segmenter.Tape;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The picture size of VP9 is in keyframes only. Another size is another configuration, because init sections contain it
 * (rules version 7; docs/protocols.md, section 9.3).
 */
class PictureSizeTest {
    private static final int FRAME_MS = 40;
    private static final int GOP_MS = 2_000;
    private static final String VPCC = "000a820101010000";
    private static final TrackId SECOND_VIDEO = new TrackId(Packet.Kind.VIDEO, 1);

    private final Tape tape = new Tape();

    private static Tape.Publisher config(Tape.Publisher publisher, long ms) {
        return publisher.packet(ms, 0, Packet.Kind.VIDEO, false, true, "9076703039" + VPCC);
    }

    private static String keyframe(int width, int height) {
        return "82498342" + "4%04x%04x0".formatted(width - 1, height - 1) + "00".repeat(8);
    }

    private static void key(Tape.Publisher publisher, long ms, int width, int height) {
        publisher.packet(ms, 0, Packet.Kind.VIDEO, true, false, "9176703039" + keyframe(width, height));
    }

    private static void frames(Tape.Publisher publisher, long fromMs, long untilMs) {
        for (long ms = fromMs; ms < untilMs; ms += FRAME_MS) {
            publisher.packet(ms, 0, Packet.Kind.VIDEO, false, false, "a17670303986000000");
        }
    }

    private static void gop(Tape.Publisher publisher, long ms, int width, int height) {
        key(publisher, ms, width, height);
        frames(publisher, ms + FRAME_MS, ms + GOP_MS);
    }

    private Dump.Outcome cut() {
        Dump.Outcome outcome = Dump.of(tape);
        assertThat(outcome.failures()).isEmpty();
        for (int every = 1; every < 9; every += 2) {
            assertThat(Dump.of(tape, every).bytes()).as("resumed").isEqualTo(outcome.bytes());
        }
        return outcome;
    }

    private void resized(EpochRules rules) {
        Tape.Publisher p = config(tape.publisher(rules), 0);
        gop(p, 0, 640, 360);
        gop(p, 2_000, 1_280, 720);
        gop(p, 4_000, 1_280, 720);
        p.ends();
    }

    @Test
    void anotherSizeIsDiscontinuity() {
        resized(Tape.RULES);
        assertThat(cut().segments()).containsExactly("e0 s0 0 @0+2000 v td2", "e0 s0 1 @2000+2000 v td2 DISC1",
                "e0 s0 2 @4000+2000 v td2");
    }

    @Test
    void formerRulesIgnoreSize() {
        resized(new EpochRules(6, 2_000, 500, 30_000, 30_000, List.of(Format.TS)));
        assertThat(cut().segments()).hasSize(3).noneMatch(line -> line.contains("DISC"));
    }

    @Test
    void cutsBeforeTargetDuration() {
        Tape.Publisher p = config(tape.publisher(), 0);
        gop(p, 0, 640, 360);
        key(p, 2_000, 640, 360);
        frames(p, 2_040, 3_000);
        key(p, 3_000, 320, 180);
        frames(p, 3_040, 4_000);
        p.ends();
        assertThat(cut().segments()).containsExactly("e0 s0 0 @0+2000 v td2", "e0 s0 1 @2000+1000 v td2",
                "e0 s0 2 @3000+1000 v td2 DISC1");
    }

    /** Also if a segment begins without a keyframe after the header. */
    @Test
    void sequenceHeaderWithEqualBytesIsIgnored() {
        Tape.Publisher p = config(tape.publisher(), 0);
        gop(p, 0, 640, 360);
        key(p, 2_000, 640, 360);
        config(p, 2_000);
        frames(p, 2_040, 8_000);
        gop(p, 8_000, 640, 360);
        p.ends();
        assertThat(cut().segments()).anyMatch(line -> line.contains("forced"))
                .noneMatch(line -> line.contains("DISC"));
    }

    @Test
    void keyframeWithoutSyncCodeChangesNothing() {
        Tape.Publisher p = config(tape.publisher(), 0);
        gop(p, 0, 640, 360);
        p.packet(2_000, 0, Packet.Kind.VIDEO, true, false, "9176703039" + "82" + "00".repeat(20));
        frames(p, 2_040, 4_000);
        gop(p, 4_000, 640, 360);
        p.ends();
        Dump.Outcome outcome = cut();
        assertThat(outcome.dropped()).isEmpty();
        assertThat(outcome.segments()).hasSize(3).noneMatch(line -> line.contains("DISC"));
    }

    /** Its keyframe is before that of the default video in the log. */
    @Test
    void furtherVideoWithAnotherSizeIsDiscontinuityOfAllTracks() {
        Tape.Publisher p = config(tape.publisher(), 0).further(SECOND_VIDEO, 0, Packet.Content.CONFIG,
                "960076703039" + "01" + VPCC);
        for (long ms = 0; ms < 6_000; ms += FRAME_MS) {
            boolean key = ms % GOP_MS == 0;
            String frame = key ? keyframe(ms < 4_000 ? 320 : 160, 90) : "86000000";
            p.further(SECOND_VIDEO, ms, key ? Packet.Content.KEYFRAME : Packet.Content.OTHER,
                    (key ? "96" : "a6") + "0176703039" + "01" + frame);
            if (key) {
                key(p, ms, 640, 360);
            } else {
                frames(p, ms, ms + FRAME_MS);
            }
        }
        p.ends();
        Dump.Outcome outcome = cut();
        assertThat(outcome.segments()).containsExactly("e0 s0 0 @0+2000 v td2", "e0 s0 1 @2000+2000 v td2",
                "e0 s0 2 @4000+2000 v td2 DISC1");
        assertThat(outcome.cuts().stream().map(Cut::head).filter(head -> head != null))
                .allMatch(head -> head.tracks().stream().map(Track::trackId).toList().contains(SECOND_VIDEO));
    }
}
