package io.millrace.platform.timeline;

import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.TrackId;
import io.millrace.testkit.Records;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tags of tracks other than the default ones (Enhanced RTMP multitrack). The offset of a record is its index. */
class ChosenTagsTest {
    private static final TrackId VIDEO1 = new TrackId(Packet.Kind.VIDEO, 1);
    private static final TrackId AUDIO2 = new TrackId(Packet.Kind.AUDIO, 2);
    private static final Tracks LADDER = Tracks.of(Records.LADDER);
    private static final ByteBuffer NEW_AAC = Records.hex("1190");
    private static final List<PacketsRecord> LOG = List.of(Records.CLAIM,
            Records.videoConfig(0, 0, Records.AVC_RECORD),
            Records.furtherConfig(0, 1, VIDEO1, Records.LADDER.get(2).config()),
            Records.furtherConfig(0, 2, AUDIO2, Records.LADDER.get(3).config()),
            Records.further(0, 3, AUDIO2, 1_000, false, 2),
            Records.video(0, 4, 1_000, true, 3),
            Records.further(0, 5, VIDEO1, 1_000, true, 4),
            Records.audio(0, 6, 1_010),
            Records.further(0, 7, AUDIO2, 1_010, false, 5),
            Records.video(0, 8, 1_040, false, 6),
            Records.further(0, 9, VIDEO1, 1_040, false, 7),
            Records.furtherConfig(0, 10, AUDIO2, NEW_AAC),
            Records.further(0, 11, AUDIO2, 1_031, false, 8));

    private static List<String> told(ChosenTracks chosen) {
        StreamTags tags = StreamTags.fromBeginning(0, LADDER, _ -> Optional.empty(), chosen);
        List<String> told = new ArrayList<>();
        for (int offset = 0; offset < LOG.size(); offset++) {
            for (TagEvent event : tags.fold(offset, LOG.get(offset))) {
                TagEvent.Media media = (TagEvent.Media) event;
                told.add(media.tag().type() + " " + media.track() + " at " + media.tag().timestampMs()
                        + (media instanceof TagEvent.Config ? " config" : "") + (media.entry() ? " entry" : "")
                        + (media.leads() ? " leads" : "") + " " + hex(media));
            }
        }
        return told;
    }

    private static String hex(TagEvent.Media media) {
        byte[] bytes = new byte[media.tag().body().remaining()];
        media.tag().body().duplicate().get(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void defaultTracksHaveNothingOfFurtherOnes() {
        assertThat(told(ChosenTracks.DEFAULT)).containsExactly("VIDEO 0 at 0 entry leads 1701000000000000026503",
                "AUDIO 0 at 10 af012110", "VIDEO 0 at 40 leads 2701000000000000024106");
    }

    /** Players receive the legacy headers, as if the track were the only one. */
    @Test
    void chosenTracksAreSentAsIfTheyWereDefault() {
        assertThat(told(new ChosenTracks(1, 2))).containsExactly("VIDEO 1 at 0 entry leads 1701000000000000026504",
                "AUDIO 2 at 10 af012105", "VIDEO 1 at 40 leads 2701000000000000024107",
                "AUDIO 2 at 31 config af001190", "AUDIO 2 at 31 af012108");
    }

    @Test
    void chosenVideoKeepsDefaultAudio() {
        assertThat(told(new ChosenTracks(1, 0))).containsExactly("VIDEO 1 at 0 entry leads 1701000000000000026504",
                "AUDIO 0 at 10 af012110", "VIDEO 1 at 40 leads 2701000000000000024107");
    }

    @Test
    void furtherTracksFollowTheMainOnes() {
        ChosenTracks all = ChosenTracks.of(LADDER.all());
        assertThat(told(all)).containsExactly("VIDEO 0 at 0 entry leads 1701000000000000026503",
                "VIDEO 1 at 0 entry 1701000000000000026504", "AUDIO 0 at 10 af012110", "AUDIO 2 at 10 entry af012105",
                "VIDEO 0 at 40 leads 2701000000000000024106", "VIDEO 1 at 40 2701000000000000024107",
                "AUDIO 2 at 31 config af001190", "AUDIO 2 at 31 entry af012108");
        StreamTags tags = StreamTags.fromBeginning(0, LADDER, _ -> Optional.empty(), all);
        assertThat(tags.configs()).extracting(TagEvent.Config::track).containsExactly(0, 0, 1, 2);
        assertThat(tags.tracks().all()).isEqualTo(LADDER.all());
    }

    @Test
    void tracksOfOneKindOnlyNeedNoOther() {
        assertThat(told(ChosenTracks.of(List.of(AUDIO2)))).first().isEqualTo("AUDIO 2 at 0 entry leads af012102");
    }

    /** One message with both tracks (mode 1): the body for players has the chosen one alone. */
    @Test
    void takesOneTrackOutOfSharedMessage() {
        String frames = "9611" + "61766331" + "00" + "000009" + "000000" + "000000026511" + "01" + "000009" + "000000"
                + "000000026522";
        Packet both = new Packet(0, 0, 0, 10, 0, Packet.Kind.VIDEO, 0, Packet.Content.KEYFRAME, Records.hex(frames));
        assertThat(new TagFold(LADDER.choose(new ChosenTracks(1, 0)), new ChosenTracks(1, 0)).fold(both, 10))
                .singleElement().isInstanceOfSatisfying(TagEvent.Frame.class, frame -> {
                    assertThat(hex(frame)).isEqualTo("1701000000000000026522");
                    assertThat(frame.entry()).isTrue();
                });
    }

    @Test
    void namesTracks() {
        assertThat(LADDER.names()).isEqualTo("video0, audio0, video1, audio2");
        assertThat(LADDER.choose(new ChosenTracks(3, 0)).video()).as("there is no such track").isNull();
        assertThat(TrackId.parse("video1")).contains(VIDEO1);
        assertThat(List.of("video", "video01", "video256", "audio-1", "data0", "VIDEO1", ""))
                .allMatch(name -> TrackId.parse(name).isEmpty());
    }
}
