package io.millrace.segmenter.cut;

import io.millrace.platform.log.Packet;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.TrackId;
import io.millrace.segmenter.Tape;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The tracks in directory entries: edges take those of the first entry with a target duration for those of the epoch. */
class EntryTracksTest {
    private static final TrackId SECOND_VIDEO = new TrackId(Packet.Kind.VIDEO, 1);
    private static final TrackId SECOND_AUDIO = new TrackId(Packet.Kind.AUDIO, 1);
    private static final int FRAME_MS = 40;

    private final Tape tape = new Tape();

    private List<StreamEntry> entries() {
        Dump.Outcome outcome = Dump.of(tape);
        assertThat(outcome.failures()).isEmpty();
        return outcome.entries();
    }

    private static void assertTracksAreKnownWithTargets(List<StreamEntry> entries, int tracks) {
        List<StreamEntry> withTargets = entries.stream().filter(entry -> entry.playlist().targetDurationS() > 0)
                .toList();
        assertThat(withTargets).isNotEmpty().extracting(entry -> entry.session().tracks().size())
                .containsOnly(tracks);
        assertThat(withTargets).extracting(entry -> entry.playlist().partTargetTicks()).doesNotContain(0L)
                .containsOnly(withTargets.getFirst().playlist().partTargetTicks());
    }

    /** The GOP is known while the first part still waits for the slower tracks. */
    @Test
    void targetsOfGopsShorterThanPartsAreKnownWithAllTracks() {
        Tape.Publisher publisher = tape.publisher().configs().furtherConfig(SECOND_VIDEO, Tape.AVC_64P)
                .furtherConfig(SECOND_AUDIO, Tape.AAC_48K_MONO);
        for (long ms = 0; ms < 4_000; ms += FRAME_MS) {
            boolean key = ms % 400 == 0;
            if (key) {
                publisher.key(ms);
            } else {
                publisher.frame(ms);
            }
            publisher.further(SECOND_VIDEO, ms, key).audio(ms).further(SECOND_AUDIO, ms, false);
        }
        publisher.ends();
        assertTracksAreKnownWithTargets(entries(), 4);
    }

    @Test
    void targetsOfSoundAreKnownWithAllTracks() {
        Tape.Publisher publisher = tape.publisher().audioConfig(Tape.AAC_48K_STEREO)
                .furtherConfig(SECOND_AUDIO, Tape.AAC_48K_MONO);
        for (long ms = 0; ms < 6_000; ms += FRAME_MS) {
            publisher.audio(ms).further(SECOND_AUDIO, ms, false);
        }
        publisher.ends();
        assertTracksAreKnownWithTargets(entries(), 2);
    }

    /** A session with other tracks takes over while a segment's first part is not written yet. */
    @Test
    void nextEpochDoesNotHaveTracksOfPreviousOne() {
        tape.publisher().tracks("AVC", "AAC").configs().live(0, 66, 33, 60);
        Tape.Publisher sound = tape.publisher().tracks(null, "AAC").audioConfig(Tape.AAC_48K_STEREO);
        for (long ms = 0; ms < 6_000; ms += FRAME_MS) {
            sound.audio(ms);
        }
        sound.ends();
        List<StreamEntry> next = entries().stream().filter(entry -> entry.epoch() == sound.session).toList();
        assertThat(next).isNotEmpty().flatExtracting(entry -> entry.session().tracks())
                .extracting(track -> track.kind()).containsOnly(Packet.Kind.AUDIO);
    }

    @Test
    void nextSessionDoesNotHaveCodecsOfPreviousOne() {
        tape.publisher().configs().live(0, 66, 33, 60);
        Tape.Publisher next = tape.publisher().videoConfig(Tape.AVC_64P).audioConfig(Tape.AAC_48K_STEREO);
        next.live(0, 100, 33, 60).ends();
        assertThat(entries().stream().flatMap(entry -> entry.sessions().stream())
                .filter(session -> session.session() == next.session && !session.codecs().isEmpty()).toList())
                .isNotEmpty().extracting(session -> session.codecs().getFirst()).containsOnly("avc1.42c00a");
    }
}
