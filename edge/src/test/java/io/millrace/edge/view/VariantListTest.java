package io.millrace.edge.view;

import io.millrace.edge.view.VariantList.Rate;
import io.millrace.media.m3u8.AudioRendition;
import io.millrace.media.m3u8.MultivariantPlaylist;
import io.millrace.media.m3u8.MultivariantPlaylistReader;
import io.millrace.media.m3u8.Variant;
import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.TrackId;
import io.millrace.testkit.Clip;
import io.millrace.testkit.Records;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class VariantListTest {
    static final ByteBuffer HEVC = Records.hex(Clip.HEVC_CONFIG);
    static final ByteBuffer AV1 = Records.hex("8108cc00");
    /** In 10 bits, BT.2020 and PQ. */
    static final ByteBuffer VP9_PQ = Records.hex("021fa20910090000");
    static final ByteBuffer OPUS = Records.hex("4f707573486561640102380180bb0000000000");
    static final ByteBuffer AC3 = Records.hex("103d60");
    static final ByteBuffer MP3 = Records.hex("fffb0400");

    static Track video(int id, String codec, ByteBuffer config) {
        return new Track(id, Packet.Kind.VIDEO, codec, config);
    }

    static Track audio(int id, String codec, ByteBuffer config, String language, String name) {
        return new Track(id, Packet.Kind.AUDIO, codec, config, 48_000, language, name);
    }

    static StreamEntry entry(Track... tracks) {
        return Records.ruledBy(Records.CMAF_RULES,
                Records.entry("live/show", 17, StreamEntry.State.LIVE, Arrays.asList(tracks), 0));
    }

    /** The video track N has N + 1 Mbit/s, an audio track N + 1 kbit/s, MPEG-TS 3 Mbit/s; half of it on average. */
    private static Rate rate(RenditionId rendition) {
        if (rendition.equals(RenditionId.TS)) {
            return new Rate(3_000_000, 1_500_000);
        }
        TrackId track = rendition.tracks().getFirst();
        long peak = (track.id() + 1) * (track.kind() == Packet.Kind.VIDEO ? 1_000_000L : 1_000L);
        return new Rate(peak, peak / 2);
    }

    private static String text(Lineup lineup) {
        var whole = new PastRange("live/show", new EpochName(17, 0), new EpochName(17, 0), PastRange.BEGINNING,
                PastRange.OPEN);
        String text = new String(VariantList.render(whole, lineup, VariantListTest::rate).plain(),
                StandardCharsets.UTF_8);
        assertThat(MultivariantPlaylistReader.read(text).variants()).isNotEmpty();
        return text;
    }

    private static String best(Track... tracks) {
        return text(Lineup.best(List.of(entry(tracks))));
    }

    @Test
    void listsLadderWithAudioInTwoLanguages() {
        assertThat(best(video(0, "AVC", Records.AVC_RECORD), audio(0, "AAC", Records.AAC_RECORD, "en", "English"),
                video(1, "AVC", Records.AVC_RECORD), video(2, "HEVC", HEVC),
                audio(3, "AAC", Records.AAC_RECORD, "ja", null))).isEqualTo("""
                        #EXTM3U
                        #EXT-X-VERSION:6
                        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,\
                        CHANNELS="2",URI="show/@17/audio0/index.m3u8"
                        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="ja",LANGUAGE="ja",DEFAULT=NO,AUTOSELECT=YES,\
                        CHANNELS="2",URI="show/@17/audio3/index.m3u8"
                        #EXT-X-STREAM-INF:BANDWIDTH=1004000,AVERAGE-BANDWIDTH=502000,CODECS="avc1.64001f,mp4a.40.2",\
                        RESOLUTION=640x360,FRAME-RATE=30.000,AUDIO="aac",CLOSED-CAPTIONS=NONE
                        show/@17/video0/index.m3u8
                        #EXT-X-STREAM-INF:BANDWIDTH=2004000,AVERAGE-BANDWIDTH=1002000,CODECS="avc1.64001f,mp4a.40.2",\
                        RESOLUTION=640x360,FRAME-RATE=30.000,AUDIO="aac",CLOSED-CAPTIONS=NONE
                        show/@17/video1/index.m3u8
                        #EXT-X-STREAM-INF:BANDWIDTH=3004000,AVERAGE-BANDWIDTH=1502000,\
                        CODECS="hvc1.1.6.L30.90,mp4a.40.2",RESOLUTION=162x90,FRAME-RATE=5.000,AUDIO="aac",\
                        CLOSED-CAPTIONS=NONE
                        show/@17/video2/index.m3u8
                        """);
    }

    @Test
    void listsKeyframesOfEachVideoTrack() {
        var whole = new PastRange("live/show", new EpochName(17, 0), new EpochName(17, 0), PastRange.BEGINNING,
                PastRange.OPEN);
        Lineup lineup = Lineup.best(List.of(entry(video(0, "VP9", VP9_PQ), video(1, "HEVC", HEVC),
                video(2, "AVC", Records.AVC_RECORD), audio(0, "AAC", Records.AAC_RECORD, null, null))));
        String text = new String(VariantList.render(whole, lineup, each -> new Rate(1, 1,
                new IframeRate(each.tracks().getFirst().id() * 1_000L, each.tracks().getFirst().id() * 900L))).plain(),
                StandardCharsets.UTF_8);
        assertThat(text).endsWith("""
                #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1000,AVERAGE-BANDWIDTH=900,CODECS="hvc1.1.6.L30.90",\
                RESOLUTION=162x90,VIDEO-RANGE=SDR,URI="show/@17/video1/iframes.m3u8"
                #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=2000,AVERAGE-BANDWIDTH=1800,CODECS="avc1.64001f",\
                RESOLUTION=640x360,VIDEO-RANGE=SDR,URI="show/@17/video2/iframes.m3u8"
                """);
        assertThat(text.split("I-FRAME-STREAM-INF")).as("none for video0, without keyframes, and for audio").hasSize(3);
    }

    /** Tracks with the same channels share a group. A variant without captions cannot say NONE beside others. */
    @Test
    void declaresCaptions() {
        List<String> channels = List.of("CC1", "SERVICE1");
        assertThat(best(new Track(0, Packet.Kind.VIDEO, "AVC", Records.AVC_RECORD, 0, null, null, channels),
                new Track(1, Packet.Kind.VIDEO, "AVC", Records.AVC_RECORD, 0, null, null, channels),
                new Track(2, Packet.Kind.VIDEO, "AVC", Records.AVC_RECORD, 0, null, null, List.of("CC3")),
                video(3, "AVC", Records.AVC_RECORD))).isEqualTo("""
                        #EXTM3U
                        #EXT-X-VERSION:7
                        #EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="cc0",NAME="CC1",DEFAULT=YES,AUTOSELECT=YES,\
                        INSTREAM-ID="CC1"
                        #EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="cc0",NAME="SERVICE1",DEFAULT=NO,AUTOSELECT=YES,\
                        INSTREAM-ID="SERVICE1"
                        #EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="cc1",NAME="CC3",DEFAULT=YES,AUTOSELECT=YES,\
                        INSTREAM-ID="CC3"
                        #EXT-X-STREAM-INF:BANDWIDTH=1000000,AVERAGE-BANDWIDTH=500000,CODECS="avc1.64001f",\
                        RESOLUTION=640x360,FRAME-RATE=30.000,CLOSED-CAPTIONS="cc0"
                        show/@17/video0/index.m3u8
                        #EXT-X-STREAM-INF:BANDWIDTH=2000000,AVERAGE-BANDWIDTH=1000000,CODECS="avc1.64001f",\
                        RESOLUTION=640x360,FRAME-RATE=30.000,CLOSED-CAPTIONS="cc0"
                        show/@17/video1/index.m3u8
                        #EXT-X-STREAM-INF:BANDWIDTH=3000000,AVERAGE-BANDWIDTH=1500000,CODECS="avc1.64001f",\
                        RESOLUTION=640x360,FRAME-RATE=30.000,CLOSED-CAPTIONS="cc1"
                        show/@17/video2/index.m3u8
                        #EXT-X-STREAM-INF:BANDWIDTH=4000000,AVERAGE-BANDWIDTH=2000000,CODECS="avc1.64001f",\
                        RESOLUTION=640x360,FRAME-RATE=30.000
                        show/@17/video3/index.m3u8
                        """);
        StreamEntry entry = entry(new Track(0, Packet.Kind.VIDEO, "AVC", Records.AVC_RECORD, 0, null, null,
                List.of("CC1")));
        assertThat(text(Lineup.ofTs(List.of(entry)))).contains("INSTREAM-ID=\"CC1\"", "CLOSED-CAPTIONS=\"cc0\"");
    }

    @Test
    void listsAv1WithOpus() {
        assertThat(best(video(0, "AV1", AV1), audio(0, "OPUS", OPUS, null, null))).isEqualTo("""
                #EXTM3U
                #EXT-X-VERSION:6
                #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="opus",NAME="audio0",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",\
                URI="show/@17/audio0/index.m3u8"
                #EXT-X-STREAM-INF:BANDWIDTH=1001000,AVERAGE-BANDWIDTH=500500,CODECS="av01.0.08H.10,Opus",\
                AUDIO="opus",CLOSED-CAPTIONS=NONE
                show/@17/video0/index.m3u8
                """);
    }

    /** A browser without AC-3 drops the variants of that group and plays the others. */
    @Test
    void groupsAudioByCodec() {
        MultivariantPlaylist playlist = MultivariantPlaylistReader.read(best(video(0, "HEVC", HEVC),
                audio(0, "AC3", AC3, null, null), audio(1, "AAC", Records.AAC_RECORD, null, null)));
        assertThat(playlist.audio()).extracting(AudioRendition::group, AudioRendition::isDefault,
                AudioRendition::channels).containsExactly(tuple("ac3", true, 6), tuple("aac", true, 2));
        assertThat(playlist.variants()).extracting(Variant::audioGroup, Variant::codecs, Variant::uri).containsExactly(
                tuple("ac3", List.of("hvc1.1.6.L30.90", "ac-3"), "show/@17/video0/index.m3u8"),
                tuple("aac", List.of("hvc1.1.6.L30.90", "mp4a.40.2"), "show/@17/video0/index.m3u8"));
    }

    private static org.assertj.core.groups.Tuple tuple(Object... values) {
        return org.assertj.core.api.Assertions.tuple(values);
    }

    @Test
    void saysRangeOfAllVariantsIfOneIsHdr() {
        assertThat(best(video(0, "VP9", VP9_PQ), video(1, "AVC", Records.AVC_RECORD))).isEqualTo("""
                #EXTM3U
                #EXT-X-VERSION:6
                #EXT-X-STREAM-INF:BANDWIDTH=1000000,AVERAGE-BANDWIDTH=500000,CODECS="vp09.02.31.10.01.09.16.09.00",\
                VIDEO-RANGE=PQ,CLOSED-CAPTIONS=NONE
                show/@17/video0/index.m3u8
                #EXT-X-STREAM-INF:BANDWIDTH=2000000,AVERAGE-BANDWIDTH=1000000,CODECS="avc1.64001f",\
                RESOLUTION=640x360,FRAME-RATE=30.000,VIDEO-RANGE=SDR,CLOSED-CAPTIONS=NONE
                show/@17/video1/index.m3u8
                """);
    }

    @Test
    void audioAloneIsVariant() {
        assertThat(best(audio(0, "OPUS", OPUS, "en", "Radio"))).isEqualTo("""
                #EXTM3U
                #EXT-X-VERSION:6
                #EXT-X-STREAM-INF:BANDWIDTH=1000,AVERAGE-BANDWIDTH=500,CODECS="Opus",CLOSED-CAPTIONS=NONE
                show/@17/audio0/index.m3u8
                """);
        MultivariantPlaylist two = MultivariantPlaylistReader.read(best(audio(0, "OPUS", OPUS, "en", null),
                audio(1, "OPUS", OPUS, "fr", null)));
        assertThat(two.audio()).extracting(AudioRendition::uri)
                .containsExactly("show/@17/audio0/index.m3u8", "show/@17/audio1/index.m3u8");
        assertThat(two.variants()).containsExactly(new Variant("show/@17/audio0/index.m3u8", 2_000, 1_000,
                List.of("Opus"), 0, 0, 0, null, "opus"));
    }

    @Test
    void tsIsOneVariant() {
        assertThat(text(Lineup.ofTs(List.of(entry(video(0, "AVC", Records.AVC_RECORD),
                video(1, "AVC", Records.AVC_RECORD), audio(0, "AAC", Records.AAC_RECORD, null, null)))))).isEqualTo("""
                        #EXTM3U
                        #EXT-X-VERSION:3
                        #EXT-X-STREAM-INF:BANDWIDTH=3000000,AVERAGE-BANDWIDTH=1500000,CODECS="avc1.64001f,mp4a.40.2",\
                        RESOLUTION=640x360,FRAME-RATE=30.000,CLOSED-CAPTIONS=NONE
                        show/@17/ts/index.m3u8
                        """);
    }

    /** Encoders send any text. */
    @Test
    void namesAreUniqueAndCanBeQuoted() {
        MultivariantPlaylist playlist = MultivariantPlaylistReader.read(best(video(0, "AV1", AV1),
                audio(0, "OPUS", OPUS, "en\"\n", "The \"best\"\r\n"), audio(1, "OPUS", OPUS, "und", "The \"best\""),
                audio(2, "OPUS", OPUS, "de-AT", "\u0000"), audio(3, "OPUS", OPUS, null, "x".repeat(1_000))));
        assertThat(playlist.audio()).extracting(AudioRendition::name).containsExactly("The  best",
                "The  best (1)", "de-AT", "x".repeat(64));
        assertThat(playlist.audio()).extracting(AudioRendition::language).containsExactly(null, null, "de-AT", null);
    }
}
