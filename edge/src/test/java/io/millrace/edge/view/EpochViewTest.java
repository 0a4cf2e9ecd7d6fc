package io.millrace.edge.view;

import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.TrackId;
import io.millrace.testkit.Records;
import io.millrace.testkit.Records.PartSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EpochViewTest {
    private static final RenditionId VIDEO = RenditionId.cmaf(TrackId.VIDEO);
    private static final RenditionId AUDIO = RenditionId.cmaf(TrackId.AUDIO);

    private static IndexedPart segment(RenditionId rendition) {
        return new PartSpec(17, 0).of(rendition).initBytes(100).part(0, true, 0);
    }

    private static EpochPlaylists epoch() {
        var epoch = new EpochPlaylists(Records.CMAF_RULES);
        List.of(VIDEO, AUDIO, RenditionId.TS).forEach(rendition -> epoch.fold(segment(rendition)));
        return epoch;
    }

    /** The text of a playlist in CMAF follows from the tracks, so it must not depend on when the directory is read. */
    @Test
    void endedPlaylistInCmafWaitsForTracks() {
        EpochPlaylists epoch = epoch();
        epoch.end();
        assertThat(epoch.view().isShowable(VIDEO)).isFalse();
        assertThat(epoch.view().isShowable(RenditionId.TS)).isTrue();
        assertThat(epoch.view().isFinal()).isFalse();
        epoch.tracks(Records.TRACKS, 45_000);
        assertThat(epoch.view().isShowable(VIDEO)).isTrue();
        assertThat(epoch.view().hasParts(VIDEO)).isTrue();
        assertThat(epoch.view().isFinal()).isTrue();
    }

    @Test
    void livePlaylistInCmafWaitsForTracks() {
        EpochPlaylists epoch = epoch();
        assertThat(epoch.view().isShowable(AUDIO)).isFalse();
        epoch.tracks(Records.TRACKS, 45_000);
        assertThat(epoch.view().isShowable(AUDIO)).isTrue();
    }

    /** An epoch that ended without a target duration. */
    @Test
    void tracksOfEpochWithoutMediaAreKnown() {
        EpochPlaylists epoch = new EpochPlaylists(Records.CMAF_RULES);
        epoch.end();
        epoch.tracks(List.of(), 0);
        assertThat(epoch.view().isFinal()).isTrue();
        assertThat(epoch.view().isShowable(VIDEO)).isFalse();
    }
}
