package io.millrace.tools.past;

import io.millrace.platform.UserError;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.platform.timeline.Tracks;
import io.millrace.testkit.Records;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TrackListTest {
    private static final Tracks LADDER = Tracks.of(Records.LADDER);
    private static final TrackId AUDIO2 = new TrackId(Packet.Kind.AUDIO, 2);

    @Test
    void choosesNamedTracks() {
        assertThat(TrackList.parse(List.of("audio2", "video1", "audio0")).of("live/show", LADDER))
                .isEqualTo(new ChosenTracks(1, 2, List.of(new TrackId(Packet.Kind.AUDIO, 0))));
        assertThat(TrackList.parse(List.of("audio2", "audio2")).of("live/show", LADDER))
                .isEqualTo(new ChosenTracks(ChosenTracks.NONE, 2));
        assertThat(TrackList.DEFAULT.of("live/show", LADDER)).isEqualTo(ChosenTracks.DEFAULT);
    }

    @Test
    void choosesAllTracks() {
        assertThat(TrackList.parse(List.of("all")).of("live/show", LADDER)).isEqualTo(
                new ChosenTracks(0, 0, List.of(new TrackId(Packet.Kind.VIDEO, 1), AUDIO2)));
        assertThat(TrackList.parse(List.of("all")).of("live/show", new Tracks(null, LADDER.audio())))
                .as("a stream without video").isEqualTo(new ChosenTracks(ChosenTracks.NONE, 0));
    }

    @Test
    void namesTracksThatThereAre() {
        assertThatThrownBy(() -> TrackList.parse(List.of("video0", "sound")))
                .isInstanceOf(UserError.class)
                .hasMessage("'sound' is not a track; name tracks such as video0,audio1, or all");
        assertThatThrownBy(() -> TrackList.parse(List.of("video0", "all")))
                .hasMessageContaining("'all' is not a track");
        assertThatThrownBy(() -> TrackList.parse(List.of("audio1")).of("live/show", LADDER)).isInstanceOf(
                UserError.class)
                .hasMessage("live/show has no track audio1 in that range; it has video0, audio0, video1, audio2");
    }
}
