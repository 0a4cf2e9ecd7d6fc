package io.millrace.platform.timeline;

import io.millrace.media.amf.Amf0Reader;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.flv.FlvHeader;
import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.Track;
import io.millrace.testkit.Records;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TagFoldTest {
    private static final Tracks BOTH = Tracks.of(Records.TRACKS);
    private static final Tracks AUDIO_ONLY = Tracks.of(Records.TRACKS.subList(1, 2));
    private static final ByteBuffer OTHER_AAC = Records.hex("1210");
    private static final ByteBuffer OTHER_AVC = Records.hex("0164001fffe1001c6764001fac54110280bfe5c04400000300040000"
            + "0300f03c60c4118001000668e84394b22cfdf8f801");

    @Test
    void dropsEverythingBeforeFirstKeyframe() {
        var fold = new TagFold(BOTH);
        assertThat(told(fold, Records.audio(1, 0, 10), 10)).isEmpty();
        assertThat(told(fold, Records.video(1, 1, 20, false, 1), 20)).isEmpty();
        assertThat(told(fold, Records.video(1, 2, 40, true, 1), 40)).containsExactly("VIDEO 40 entry");
        assertThat(told(fold, Records.audio(1, 3, 50), 50)).containsExactly("AUDIO 50 follows");
        assertThat(told(fold, Records.video(1, 4, 80, false, 1), 80)).containsExactly("VIDEO 80");
    }

    @Test
    void ignoresUnchangedSequenceHeaders() {
        var fold = new TagFold(BOTH);
        assertThat(told(fold, Records.videoConfig(1, 0, Records.AVC_RECORD), 0)).isEmpty();
        assertThat(told(fold, Records.audioConfig(1, 1, Records.AAC_RECORD), 0)).isEmpty();
        assertThat(told(fold, Records.video(1, 2, 40, true, 1), 40)).containsExactly("VIDEO 40 entry");
    }

    @Test
    void sendsNewSequenceHeadersBeforeNextKeyframe() {
        var fold = new TagFold(BOTH);
        told(fold, Records.video(1, 0, 40, true, 1), 40);
        assertThat(told(fold, Records.videoConfig(2, 0, OTHER_AVC), 60)).isEmpty();
        assertThat(told(fold, Records.audioConfig(2, 1, OTHER_AAC), 60)).isEmpty();
        assertThat(told(fold, Records.audio(2, 2, 60), 60)).as("before the keyframe").isEmpty();
        assertThat(told(fold, Records.video(2, 3, 80, true, 1), 80)).containsExactly("config VIDEO 80",
                "config AUDIO 80", "VIDEO 80 entry");
        assertThat(fold.headers().getFirst().body().slice(5, OTHER_AVC.remaining())).isEqualTo(OTHER_AVC);
    }

    @Test
    void startsAudioAtAnyFrame() {
        assertThat(told(new TagFold(AUDIO_ONLY), Records.audio(1, 7, 30), 30)).containsExactly("AUDIO 30 entry");
    }

    @Test
    void endsAtTrackSetChange() {
        assertThat(told(new TagFold(AUDIO_ONLY), Records.videoConfig(1, 0, Records.AVC_RECORD), 0))
                .containsExactly("end track_set_changed");
        var fold = new TagFold(BOTH);
        assertThat(told(fold, Records.audio(1, 0, 0), 0)).isEmpty();
        assertThat(told(fold, Records.audio(1, 1, 3_000), 3_000)).isEmpty();
        assertThat(told(fold, Records.audio(1, 2, 3_001), 3_001)).containsExactly("end track_set_changed");
    }

    @Test
    void endsAtBodyOfUnknownFormat() {
        var fold = new TagFold(BOTH);
        told(fold, Records.video(1, 0, 40, true, 1), 40);
        Packet p = Records.video(1, 1, 80, false, 1);
        assertThat(told(fold, new Packet(1, 1, 0, 80, 0, p.kind(), 0, p.content(), 7, p.body()), 80))
                .containsExactly("end unsupported_codec");
    }

    @Test
    void endsBeforeTimestampOverflow() {
        assertThat(told(new TagFold(BOTH), Records.video(1, 0, 0, true, 1), Integer.MAX_VALUE))
                .containsExactly("VIDEO 2147483647 entry");
        assertThat(told(new TagFold(BOTH), Records.video(1, 0, 0, true, 1), Integer.MAX_VALUE + 1L))
                .containsExactly("end timestamps_exhausted");
    }

    @Test
    void flagsAndMetadataAgree() {
        for (Tracks tracks : List.of(BOTH, AUDIO_ONLY, Tracks.of(Records.TRACKS.subList(0, 1)))) {
            var reader = new FlvReader(1 << 16);
            var in = ByteBuffer.wrap(FlvOpening.write(tracks, new TagFold(tracks).headers(), 77));
            FlvTag metadata = reader.read(in).orElseThrow();
            var values = new Amf0Reader(metadata.body(), Amf0Reader.Limits.DATA);
            assertThat(values.read()).isEqualTo(new AmfValue.Text("onMetaData"));
            var fields = ((AmfValue.EcmaArray) values.read()).fields();

            assertThat(metadata.timestampMs()).as("where FFmpeg takes it for what it is").isZero();
            assertThat(reader.header()).contains(new FlvHeader(tracks.audio() != null, tracks.video() != null));
            assertThat(fields).containsEntry("hasVideo", new AmfValue.Bool(tracks.video() != null))
                    .containsEntry("hasAudio", new AmfValue.Bool(tracks.audio() != null))
                    .containsEntry("duration", new AmfValue.Number(0));
            if (tracks.video() != null) {
                assertThat(fields).containsEntry("width", new AmfValue.Number(640)).containsEntry("height",
                        new AmfValue.Number(360)).containsEntry("framerate", new AmfValue.Number(30));
            }
            assertThat(reader.read(in).orElseThrow().timestampMs()).isEqualTo(77);
        }
    }

    /**
     * VP9 and FLAC as FFmpeg 8 publishes them, and the tags that viewers receive: nothing that mpegts.js cannot handle.
     */
    @Test
    void sendsOtherCodecsWithKnownHeaders() {
        String vpcC = "01000000000a820202020000";
        String streamInfo = "12001200000000004a580bb802f000000000" + "00".repeat(16);
        Tracks tracks = Tracks.of(List.of(
                new Track(0, Packet.Kind.VIDEO, "VP9", Records.hex(vpcC)),
                new Track(0, Packet.Kind.AUDIO, "FLAC", Records.hex(streamInfo))));
        assertThat(tracks.in(Format.TS, Records.RULES).isEmpty()).isTrue();
        var fold = new TagFold(tracks);
        assertThat(fold.headers()).extracting(FlvTag::body).containsExactly(Records.hex("9076703039" + vpcC),
                Records.hex("90664c6143" + streamInfo));
        assertThat(bodies(fold, Packet.Kind.VIDEO, false, true, "d476703039" + "020000")).as("colours").isEmpty();
        assertThat(bodies(fold, Packet.Kind.AUDIO, false, true, "94664c6143010200000003")).as("speakers").isEmpty();
        // A keyframe after a modifier, and one in a multitrack message with a single track.
        assertThat(bodies(fold, Packet.Kind.VIDEO, true, false, "9702000007017670303982"))
                .containsExactly(Records.hex("917670303982"));
        assertThat(bodies(fold, Packet.Kind.VIDEO, true, false, "9601767030390082"))
                .containsExactly(Records.hex("917670303982"));
        assertThat(bodies(fold, Packet.Kind.AUDIO, false, false, "91664c6143fff8"))
                .containsExactly(Records.hex("91664c6143fff8"));
    }

    /** MP3 frames describe themselves, and legacy FLV has no sequence header for them. */
    @Test
    void mp3HasNoSequenceHeader() {
        Tracks tracks = Tracks.of(List.of(new Track(0, Packet.Kind.AUDIO, "MP3",
                Records.hex("fffb00c0"))));
        var fold = new TagFold(tracks);
        assertThat(fold.headers()).isEmpty();
        assertThat(bodies(fold, Packet.Kind.AUDIO, false, true, "902e6d7033")).isEmpty();
        assertThat(bodies(fold, Packet.Kind.AUDIO, false, false, "912e6d7033fffb30c4"))
                .containsExactly(Records.hex("2ffffb30c4"));
    }

    private static List<ByteBuffer> bodies(TagFold fold, Packet.Kind kind, boolean key, boolean config, String hex) {
        var packet = new Packet(1, 0, 0, 10, 0, kind, 0,
                config ? Packet.Content.CONFIG : Records.frame(key), Records.hex(hex));
        return fold.fold(packet, 10).stream().map(event -> event instanceof TagEvent.Frame frame
                ? frame.tag().body()
                : Records.hex("")).toList();
    }

    private static List<String> told(TagFold fold, Packet packet, long timeMs) {
        List<String> told = new ArrayList<>();
        for (TagEvent event : fold.fold(packet, timeMs)) {
            told.add(switch (event) {
                case TagEvent.Config(FlvTag tag, _) -> "config " + tag.type() + " " + tag.timestampMs();
                case TagEvent.Frame(FlvTag tag, boolean entry, boolean leads, _) -> tag.type() + " " + tag.timestampMs()
                        + (entry ? " entry" : "") + (leads ? "" : " follows");
                case TagEvent.End(TagEvent.Reason reason) -> "end " + reason.label();
            });
        }
        return told;
    }
}
