package io.millrace.edge.view;

import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.TrackId;
import io.millrace.testkit.Records;
import io.millrace.testkit.Records.PartSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

import static io.millrace.edge.view.VariantListTest.AV1;
import static io.millrace.edge.view.VariantListTest.HEVC;
import static io.millrace.edge.view.VariantListTest.MP3;
import static io.millrace.edge.view.VariantListTest.OPUS;
import static io.millrace.edge.view.VariantListTest.audio;
import static io.millrace.edge.view.VariantListTest.entry;
import static io.millrace.edge.view.VariantListTest.video;
import static org.assertj.core.api.Assertions.assertThat;

class LineupTest {
    private static final RenditionId VIDEO = RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, 0));
    private static final RenditionId AUDIO = RenditionId.cmaf(new TrackId(Packet.Kind.AUDIO, 0));
    private static final Track AVC = video(0, "AVC", Records.AVC_RECORD);
    private static final Track AAC = audio(0, "AAC", Records.AAC_RECORD, null, null);

    private static List<RenditionId> best(StreamEntry... epochs) {
        return Lineup.best(List.of(epochs)).renditions();
    }

    @Test
    void prefersCmaf() {
        assertThat(best(entry(AVC, AAC))).containsExactly(VIDEO, AUDIO);
        assertThat(Lineup.ofTs(List.of(entry(AVC, AAC))).renditions()).containsExactly(RenditionId.TS);
    }

    /** Browsers reject MP3 in MP4. */
    @Test
    void prefersTsForMp3() {
        Track mp3 = audio(0, "MP3", MP3, null, null);
        assertThat(best(entry(AVC, mp3))).containsExactly(RenditionId.TS);
        assertThat(best(entry(mp3))).containsExactly(RenditionId.TS);
        assertThat(best(entry(AVC, video(1, "AVC", Records.AVC_RECORD), mp3))).containsExactly(RenditionId.TS);
        assertThat(best(entry(video(0, "HEVC", HEVC), mp3))).containsExactly(VIDEO, AUDIO);
        assertThat(best(entry(AVC, mp3, audio(1, "AAC", Records.AAC_RECORD, null, null)))).hasSize(3);
        var cmafOnly = new EpochRules(EpochRules.CURRENT_VERSION, 2_000, 500, 12_000, 30_000, List.of(Format.CMAF));
        assertThat(best(Records.ruledBy(cmafOnly, entry(AVC, mp3)))).containsExactly(VIDEO, AUDIO);
    }

    @Test
    void tsIsAllThatEarlierEpochsHave() {
        StreamEntry former = Records.entry("live/show", 17, StreamEntry.State.LIVE, List.of(AVC, AAC), 0);
        assertThat(best(former)).containsExactly(RenditionId.TS);
        assertThat(best(former, entry(AVC, AAC))).as("a range across the upgrade").containsExactly(RenditionId.TS);
        assertThat(best(Records.ruledBy(Records.RULES, entry(video(0, "AV1", AV1))))).isEmpty();
    }

    @Test
    void rangeHasTracksOfAllItsEpochs() {
        Track av1 = video(0, "AV1", AV1);
        Track opus = audio(0, "OPUS", OPUS, null, null);
        assertThat(best(entry(AVC, AAC), entry(AVC, AAC))).containsExactly(VIDEO, AUDIO);
        assertThat(best(entry(AVC, AAC), entry(AVC))).as("MPEG-TS has what each epoch has")
                .containsExactly(RenditionId.TS);
        assertThat(best(entry(av1, opus), entry(av1))).containsExactly(VIDEO);
        assertThat(best(entry(av1), entry(opus))).isEmpty();
        assertThat(best(entry(), entry(av1, opus))).as("nothing is known of the first").containsExactly(VIDEO, AUDIO);
    }

    @Test
    void knowsWhatEpochCannotHave() {
        StreamEntry av1 = entry(video(0, "AV1", AV1));
        assertThat(Lineup.isImpossible(av1)).isFalse();
        assertThat(Lineup.isImpossible(Records.ruledBy(Records.RULES, av1))).isTrue();
        assertThat(Lineup.isImpossible(entry())).as("the tracks are not known yet").isFalse();
        assertThat(Lineup.mayHave(av1, VIDEO)).isTrue();
        assertThat(Lineup.mayHave(av1, AUDIO)).isFalse();
        assertThat(Lineup.mayHave(av1, RenditionId.TS)).isFalse();
        assertThat(Lineup.mayHave(entry(), RenditionId.TS)).isTrue();
    }

    @Test
    void leavesOutTrackWithUnreadableConfig() {
        assertThat(best(entry(video(0, "HEVC", Records.hex("02")), AAC))).containsExactly(AUDIO);
    }

    /** Players do not load the multivariant playlist again, so it waits for all tracks, but not for a missing one. */
    @Test
    void isReadyOnceRenditionsAreListed() {
        Lineup lineup = Lineup.best(List.of(entry(AVC, AAC)));
        var playlists = new EpochPlaylists(Records.CMAF_RULES);
        assertThat(lineup.isReady(playlists.view())).isFalse();
        playlists.fold(new PartSpec(17, 0).of(VIDEO).part(0, true, 0));
        assertThat(lineup.isReady(playlists.view())).isFalse();
        playlists.fold(new PartSpec(17, 1).of(VIDEO).part(0, true, 1));
        assertThat(lineup.isReady(playlists.view())).isFalse();
        playlists.fold(new PartSpec(17, 2).of(VIDEO).part(0, true, 2));
        assertThat(lineup.isReady(playlists.view())).as("tracks are unknown").isFalse();
        playlists.tracks(Records.TRACKS, 0);
        assertThat(lineup.isReady(playlists.view())).isTrue();
        assertThat(lineup.in(playlists.view()).renditions()).containsExactly(VIDEO);

        playlists.fold(new PartSpec(17, 0).of(AUDIO).part(0, true, 3));
        assertThat(lineup.in(playlists.view()).renditions()).containsExactly(VIDEO, AUDIO);
    }

    @Test
    void leavesOutTrackWithoutMedia() {
        Lineup lineup = Lineup.best(List.of(entry(AVC, AAC)));
        var playlists = new EpochPlaylists(Records.CMAF_RULES);
        for (long segment = 0; segment < Lineup.SEGMENTS_WITHOUT_MEDIA; segment++) {
            assertThat(segment == 0 || lineup.in(playlists.view()).renditions().contains(AUDIO))
                    .as("audio may still begin").isTrue();
            playlists.fold(new PartSpec(17, segment).of(VIDEO).part(0, true, segment));
            playlists.fold(new PartSpec(17, segment).of(AUDIO).gap(0));
        }
        assertThat(lineup.in(playlists.view()).renditions()).containsExactly(VIDEO);
    }

    @Test
    void endedEpochWaitsForTracksOnly() {
        Lineup lineup = Lineup.best(List.of(entry(AVC, AAC)));
        var playlists = new EpochPlaylists(Records.CMAF_RULES);
        playlists.fold(new PartSpec(17, 0).of(VIDEO).part(0, true, 0));
        playlists.end();
        assertThat(lineup.isReady(playlists.view())).as("tracks are unknown").isFalse();
        playlists.tracks(Records.TRACKS, 0);
        assertThat(lineup.isReady(playlists.view())).isTrue();
        assertThat(lineup.in(playlists.view()).renditions()).containsExactly(VIDEO);
    }
}
