package io.millrace.ingest.publish;

import io.millrace.ingest.session.KnownNames;
import io.millrace.platform.log.Encoder;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.TrackSet;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class NameGateTest {
    private static final EpochRules RULES = new EpochRules(EpochRules.CURRENT_VERSION, 2_000, 500, 30_000, 30_000,
            List.of(Format.TS));

    private final KnownNames known = new KnownNames();

    @Test
    void limitsNamesInDirectory() {
        NameGate gate = new NameGate(new NameLimits(100, 100, 8), known, 0);
        for (int i = 0; i < 7; i++) {
            known.onEntry(entry("live/" + i, 1, "192.0.2." + i + ":1", StreamEntry.State.LIVE, 0), 0);
        }
        assertThat(gate.refusal("live/new", "198.51.100.1:1", 0)).isEmpty();
        known.onEntry(entry("live/7", 1, "192.0.2.7:1", StreamEntry.State.LIVE, 0), 0);
        assertThat(gate.refusal("live/new", "198.51.100.1:1", 0)).get().asString()
                .contains("has 8 stream names", "publish under a name that was used before", "--rtmp-limits names");
        assertThat(gate.refusal("live/7", "198.51.100.1:1", 0)).as("not new").isEmpty();
        known.onTombstone("live/7", 1);
        assertThat(gate.refusal("live/new", "198.51.100.1:1", 0)).isEmpty();
    }

    /** An encoder returns under the same name again and again, each time after its grace period. */
    @Test
    void countsEpochsOfOneName() {
        NameGate gate = new NameGate(new NameLimits(100, 100, 8), known, 0);
        known.onEntry(entry("live/show", 1, "192.0.2.1:1", StreamEntry.State.ENDED, 0), 0);
        known.onEntry(entry("live/show", 1, "192.0.2.9:1", StreamEntry.State.ENDED, 1), 0);
        assertThat(gate.refusal("live/show", "192.0.2.1:2", 0)).isEmpty();
        known.onEntry(entry("live/show", 2, "192.0.2.1:1", StreamEntry.State.ENDED, 2), 0);
        assertThat(gate.refusal("live/show", "192.0.2.1:3", 0)).get().asString()
                .contains("Your address has 2 streams here");
        assertThat(gate.refusal("live/show", "192.0.2.9:3", 0)).as("another address").isEmpty();
        for (int i = 3; i <= 15; i++) {
            known.onEntry(entry("live/show", i, "198.51.100." + i + ":1", StreamEntry.State.ENDED, i), 0);
        }
        assertThat(gate.refusal("live/new", "203.0.113.1:1", 0)).as("a new name").isPresent();
        assertThat(gate.refusal("live/show", "203.0.113.1:1", 0)).as("twice as many as names").isEmpty();
        known.onEntry(entry("live/show", 16, "198.51.100.16:1", StreamEntry.State.ENDED, 16), 0);
        assertThat(gate.refusal("live/show", "203.0.113.1:1", 0)).get().asString()
                .contains("The server has 16 streams, as many as it may; ask its operator");
        known.onTombstone("live/show", 1);
        assertThat(gate.refusal("live/show", "192.0.2.1:4", 0)).isEmpty();
    }

    @Test
    void limitsAddressToQuarter() {
        NameGate gate = new NameGate(new NameLimits(100, 100, 8), known, 0);
        known.onEntry(entry("live/0", 1, "[2001:db8::1]:1", StreamEntry.State.LIVE, 0), 0);
        assertThat(gate.refusal("live/new", "[2001:db8::2]:1", 0)).isEmpty();
        known.onEntry(entry("live/1", 1, "[2001:db8::2]:1", StreamEntry.State.LIVE, 0), 0);
        assertThat(gate.refusal("live/new", "[2001:db8::3]:1", 0)).get().asString()
                .contains("Your address has 2 stream names");
        assertThat(gate.refusal("live/new", "[2001:db8:1::1]:1", 0)).as("another /64").isEmpty();
    }

    @Test
    void limitsRateOfNewNamesPerAddress() {
        NameGate gate = new NameGate(new NameLimits(2, 3, 100), known, 0);
        known.onEntry(entry("live/old", 1, "192.0.2.1:1", StreamEntry.State.ENDED, 9), 0);
        assertThat(gate.refusal("live/a", "192.0.2.1:1", 0)).isEmpty();
        assertThat(gate.refusal("live/b", "192.0.2.1:2", 0)).isEmpty();
        assertThat(gate.refusal("live/c", "192.0.2.1:3", 0)).get().asString().contains("from your address");
        assertThat(gate.refusal("live/old", "192.0.2.1:4", 0)).as("one that comes back").get().asString()
                .isEqualTo("Too many new streams from your address; try again in a few minutes");
        assertThat(gate.refusal("live/c", "192.0.2.2:1", 0)).isEmpty();
        assertThat(gate.refusal("live/d", "192.0.2.3:1", 0)).get().asString().contains("on this server");
    }

    @Test
    void countsSessionsWithOtherTracks() {
        NameGate gate = new NameGate(new NameLimits(2, 100, 100), known, 0);
        String address = "192.0.2.1:1";
        known.onEntry(entry("live/show", 1, address, StreamEntry.State.LIVE, 0,
                List.of(track(Packet.Kind.VIDEO, "AVC"), track(Packet.Kind.AUDIO, "AAC"))), 0);
        for (int i = 0; i < 5; i++) {
            assertThat(gate.refusal("live/show", address, new TrackSet("AVC", "AAC"), 0)).as("the same").isEmpty();
        }
        assertThat(gate.refusal("live/show", address, new TrackSet("AVC", null), 0)).as("others").isEmpty();
        assertThat(gate.refusal("live/unknown", address, new TrackSet("AVC", null), 0)).as("not known yet").isEmpty();
        assertThat(gate.refusal("live/show", address, new TrackSet(null, "AAC"), 0)).get().asString()
                .isEqualTo(
                        "Too many new streams from your address; keep the tracks of the running stream, or try again in a few minutes");
        assertThat(gate.refusal("live/show", address, new TrackSet("AVC", "AAC"), 0)).isEmpty();
        known.onEntry(entry("live/show", 1, address, StreamEntry.State.ENDED, 1,
                List.of(track(Packet.Kind.VIDEO, "AVC"), track(Packet.Kind.AUDIO, "AAC"))), 0);
        assertThat(gate.refusal("live/show", address, new TrackSet("AVC", "AAC"), 0)).as("ended").isPresent();
    }

    private static Track track(Packet.Kind kind, String codec) {
        return new Track(0, kind, codec, ByteBuffer.allocate(0));
    }

    private static StreamEntry entry(String stream, long epoch, String address, StreamEntry.State state,
            long lastOffset) {
        return entry(stream, epoch, address, state, lastOffset, List.of());
    }

    private static StreamEntry entry(String stream, long epoch, String address, StreamEntry.State state,
            long lastOffset, List<Track> tracks) {
        return new StreamEntry(stream, epoch, state, RULES, new StreamEntry.Span(epoch, lastOffset, 0, 0),
                new StreamEntry.NewestSession(epoch, epoch, 0, 0, new Encoder("node", "", address), tracks,
                        List.of()),
                new StreamEntry.Playlist(2, 0, 0), List.of());
    }
}
