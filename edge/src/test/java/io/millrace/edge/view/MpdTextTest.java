package io.millrace.edge.view;

import io.millrace.platform.log.Cue;
import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.Gap;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.PeriodStart;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.TrackId;
import io.millrace.testkit.Records;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

import static org.assertj.core.api.Assertions.assertThat;

class MpdTextTest {
    private static final RenditionId VIDEO = RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, 0));
    private static final RenditionId SOUND = RenditionId.cmaf(new TrackId(Packet.Kind.AUDIO, 0));
    private static final long EPOCH = 17;
    private static final StreamEntry LIVE = VariantListTest.entry(VariantListTest.video(0, "AVC", Records.AVC_RECORD),
            VariantListTest.audio(0, "AAC", Records.AAC_RECORD, "de", null));
    private static final MpdText.Urls URLS = MpdText.Urls.of("live/show");
    private static final int SEGMENT_TICKS = 180_000;
    /** A frame of AAC at 48 kHz. */
    private static final int FRAME_TICKS = 1_920;

    private final List<IndexedPart> records = new ArrayList<>();
    private long ticks;
    private long wallMs = Records.EPOCH_MS + 100;
    private long discontinuity;
    private boolean discontinuous;
    private PeriodStart period = new PeriodStart(0, wallMs);
    private List<Cue> cues = List.of();

    /** Adds a segment of video and sound, which begin and end where their frames do. */
    private MpdTextTest segment(long number, boolean again) {
        video(number, again);
        long start = Math.ceilDiv(ticks, FRAME_TICKS) * FRAME_TICKS;
        ticks += SEGMENT_TICKS;
        long end = Math.ceilDiv(ticks, FRAME_TICKS) * FRAME_TICKS;
        records.add(entry(SOUND, number, start, end - start));
        return this;
    }

    private void video(long number, boolean again) {
        discontinuous = again;
        if (again) {
            discontinuity++;
            period = new PeriodStart(ticks, wallMs + ticks / 90);
        }
        records.add(entry(VIDEO, number, ticks, SEGMENT_TICKS));
    }

    private IndexEntry entry(RenditionId rendition, long number, long start, long duration) {
        var first = new SegmentStart(true, discontinuous, discontinuity, 2, period, cues);
        return new IndexEntry(new PartId(EPOCH, number, 0), true, rendition,
                new PartPlace(number, rendition.equals(VIDEO) ? 250_123 : 16_000, 700, 0),
                new PartTimes(start, duration, wallMs + start / 90, 0), true, new Keyframe(EPOCH, 0, 0), first);
    }

    private EpochPlaylists playlists(int from) {
        var playlists = new EpochPlaylists(Records.CMAF_RULES);
        records.subList(from, records.size()).forEach(playlists::fold);
        return playlists;
    }

    private static String live(EpochPlaylists playlists) {
        EpochView view = playlists.view();
        return MpdText.live(LIVE, Lineup.ofCmaf(List.of(LIVE)).in(view), view, URLS)
                .map(text -> new String(text.plain(), StandardCharsets.UTF_8)).orElse("");
    }

    @Test
    void listsWindow() {
        for (int n = 0; n < 8; n++) {
            segment(n, n == 7);
        }
        assertThat(live(playlists(0))).isEqualTo("""
                <?xml version="1.0" encoding="UTF-8"?>
                <MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" \
                type="dynamic" availabilityStartTime="2026-01-01T00:00:00.000Z" \
                publishTime="2026-01-01T00:00:16.100Z" minimumUpdatePeriod="PT2S" timeShiftBufferDepth="PT12S" \
                suggestedPresentationDelay="PT6S" minBufferTime="PT2S" maxSegmentDuration="PT2.5S">
                  <Period id="17.0" start="PT0.1S">
                    <AdaptationSet id="0" contentType="video" mimeType="video/mp4" segmentAlignment="true" \
                startWithSAP="1">
                      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
                      <Representation id="video0" codecs="avc1.64001f" bandwidth="1000000" width="640" height="360" \
                frameRate="30" sar="1:1">
                        <SegmentTemplate timescale="90000" presentationTimeOffset="900000" startNumber="2" \
                initialization="../@17/video0/init-0.mp4" media="../@17/video0/$Number$.m4s">
                          <SegmentTimeline>
                            <S t="1260000" d="180000" r="4"/>
                          </SegmentTimeline>
                        </SegmentTemplate>
                      </Representation>
                    </AdaptationSet>
                    <AdaptationSet id="100" contentType="audio" mimeType="audio/mp4" lang="de" \
                segmentAlignment="true" startWithSAP="1">
                      <Label>de</Label>
                      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
                      <Representation id="audio0" codecs="mp4a.40.2" bandwidth="62000" audioSamplingRate="48000">
                        <AudioChannelConfiguration schemeIdUri="urn:mpeg:mpegB:cicp:ChannelConfiguration" value="2"/>
                        <SegmentTemplate timescale="90000" presentationTimeOffset="900000" startNumber="2" \
                initialization="../@17/audio0/init-0.mp4" media="../@17/audio0/$Number$.m4s">
                          <SegmentTimeline>
                            <S t="1260960" d="180480"/>
                            <S d="178560"/>
                            <S d="180480" r="2"/>
                          </SegmentTimeline>
                        </SegmentTemplate>
                      </Representation>
                    </AdaptationSet>
                  </Period>
                  <Period id="17.1" start="PT14.1S">
                    <AdaptationSet id="0" contentType="video" mimeType="video/mp4" segmentAlignment="true" \
                startWithSAP="1">
                      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
                      <Representation id="video0" codecs="avc1.64001f" bandwidth="1000000" width="640" height="360" \
                frameRate="30" sar="1:1">
                        <SegmentTemplate timescale="90000" presentationTimeOffset="2160000" startNumber="7" \
                initialization="../@17/video0/init-1.mp4" media="../@17/video0/$Number$.m4s">
                          <SegmentTimeline>
                            <S t="2160000" d="180000"/>
                          </SegmentTimeline>
                        </SegmentTemplate>
                      </Representation>
                    </AdaptationSet>
                    <AdaptationSet id="100" contentType="audio" mimeType="audio/mp4" lang="de" \
                segmentAlignment="true" startWithSAP="1">
                      <Label>de</Label>
                      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
                      <Representation id="audio0" codecs="mp4a.40.2" bandwidth="62000" audioSamplingRate="48000">
                        <AudioChannelConfiguration schemeIdUri="urn:mpeg:mpegB:cicp:ChannelConfiguration" value="2"/>
                        <SegmentTemplate timescale="90000" presentationTimeOffset="2160000" startNumber="7" \
                initialization="../@17/audio0/init-1.mp4" media="../@17/audio0/$Number$.m4s">
                          <SegmentTimeline>
                            <S t="2161440" d="178560"/>
                          </SegmentTimeline>
                        </SegmentTemplate>
                      </Representation>
                    </AdaptationSet>
                  </Period>
                  <UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-xsdate:2014" value="../../../api/v1/time"/>
                </MPD>
                """);
    }

    @Test
    void listsCuesAsEventsOfTheirPeriod() {
        Cue instant = new Cue("goal@1042", 1_042, new Cue.Place(1, 0, 2_500), Records.EPOCH_MS + 2_600,
                Records.EPOCH_MS + 2_600, Cue.UNKNOWN, List.of(new Cue.Attribute("X-A", "<1>")));
        Cue open = new Cue("break@4294967301", (1L << 32) + 5, new Cue.Place(1, 0, 3_000), Records.EPOCH_MS + 3_100,
                Cue.UNKNOWN, 60_000, List.of(new Cue.Attribute("SCTE35-OUT", "0xFC30")));
        Cue end = new Cue(open.id(), (1L << 32) + 9, new Cue.Place(3, 1, 500), open.startMs(), Records.EPOCH_MS + 6_600,
                Cue.UNKNOWN, List.of());
        segment(0, false);
        cues = List.of(instant, open);
        segment(1, false);
        cues = List.of(open);
        segment(2, false);
        cues = List.of(open, end);
        segment(3, true);
        String mpd = live(playlists(0));
        assertThat(mpd).contains("""
                  <Period id="17.0" start="PT0.1S">
                    <EventStream schemeIdUri="urn:millrace:hls:daterange" timescale="1000">
                      <Event presentationTime="2500" duration="0" id="1042">ID=&quot;goal@1042&quot;,\
                START-DATE=&quot;2026-01-01T00:00:02.600Z&quot;,DURATION=0.000,X-A=&quot;&lt;1&gt;&quot;</Event>
                      <Event presentationTime="3000" id="5">ID=&quot;break@4294967301&quot;,\
                START-DATE=&quot;2026-01-01T00:00:03.100Z&quot;,PLANNED-DURATION=60.000,SCTE35-OUT=0xFC30</Event>
                    </EventStream>
                    <EventStream schemeIdUri="urn:scte:scte35:2014:xml+bin" timescale="1000">
                      <Event presentationTime="3000" id="5">
                        <Signal xmlns="http://www.scte.org/schemas/35/2016">
                          <Binary>/DA=</Binary>
                        </Signal>
                      </Event>
                    </EventStream>
                    <AdaptationSet""", """
                  <Period id="17.1" start="PT6.1S">
                    <EventStream schemeIdUri="urn:millrace:hls:daterange" timescale="1000">
                      <Event presentationTime="500" duration="0" id="9">ID=&quot;break@4294967301&quot;,\
                START-DATE=&quot;2026-01-01T00:00:03.100Z&quot;,DURATION=3.500</Event>
                    </EventStream>
                    <AdaptationSet""");
        assertThat(mpd.split("<Event ", -1)).hasSize(1 + 4);
    }

    /** A day of a stream whose clock drifts, whose encoder reconnects, and of which a segment is missing. */
    @Test
    void segmentsKeepTheirTimesInAllVersions() throws Exception {
        Map<String, Long> times = new HashMap<>();
        Map<String, String> starts = new TreeMap<>();
        for (int n = 0; n < 120; n++) {
            if (n == 50) {
                // A new session: the timeline begins again, and the clock says when.
                ticks = 3_000;
                wallMs += 107_000;
            }
            if (n == 80) {
                video(n, false);
                records.add(new Gap(new PartId(EPOCH, n, 0), SOUND, Gap.Reason.MEDIA,
                        new PartTimes(ticks, SEGMENT_TICKS, wallMs + ticks / 90, 0),
                        new SegmentStart(true, false, discontinuity, 2, period)));
                ticks += SEGMENT_TICKS;
            } else {
                segment(n, n == 20 || n == 50);
            }
            wallMs += n % 3 - 1;
            for (Located each : located(live(playlists(0)))) {
                assertThat(times.merge(each.url(), each.time90k(), (before, now) -> before))
                        .as("%s after %d", each.url(), n).isCloseTo(each.time90k(), Offset.offset(1L));
                assertThat(starts.merge(each.period(), each.start(), (before, now) -> before)).as(each.period())
                        .isEqualTo(each.start());
            }
        }
        assertThat(times).hasSize(2 * 120 - 1).containsKeys("../@17/video0/80.m4s", "../@17/audio0/81.m4s");
        assertThat(starts.keySet()).containsExactly("17.0", "17.1", "17.2", "17.2.80", "17.2.81");
        List<Long> video = new ArrayList<>();
        for (int n = 0; n < 120; n++) {
            video.add(times.get("../@17/video0/" + n + ".m4s"));
        }
        assertThat(video).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void doesNotDependOnWhereReadingBegan() {
        for (int n = 0; n < 40; n++) {
            segment(n, n == 11);
        }
        String whole = live(playlists(0));
        for (int from : new int[]{2, 10, 24, 30}) {
            EpochPlaylists later = playlists(from);
            assertThat(later.isFilled()).isTrue();
            assertThat(live(later)).isEqualTo(whole);
        }
    }

    @Test
    void isStaticAfterEnd() throws Exception {
        for (int n = 0; n < 8; n++) {
            segment(n, false);
        }
        EpochPlaylists playlists = playlists(0);
        String before = live(playlists);
        playlists.end();
        String after = live(playlists);
        assertThat(after).contains("type=\"static\" mediaPresentationDuration=\"PT16.1S\"")
                .doesNotContain("UTCTiming", "minimumUpdatePeriod", "publishTime");
        assertThat(located(after)).isEqualTo(located(before));
    }

    @Test
    void ladderIsOneSetAndEachLanguageAnother() throws Exception {
        List<Track> tracks = List.of(VariantListTest.video(0, "AVC", Records.AVC_RECORD),
                VariantListTest.video(1, "AVC", Records.AVC_RECORD),
                VariantListTest.audio(0, "AAC", Records.AAC_RECORD, "en", "English"),
                VariantListTest.audio(1, "AAC", Records.AAC_RECORD, "ja", null));
        StreamEntry entry = VariantListTest.entry(tracks.toArray(Track[]::new));
        var playlists = new EpochPlaylists(Records.CMAF_RULES);
        for (Track track : tracks) {
            playlists.fold(entry(RenditionId.cmaf(track.trackId()), 0, 0, SEGMENT_TICKS));
        }
        EpochView view = playlists.view();
        String text = new String(MpdText.live(entry, Lineup.ofCmaf(List.of(entry)).in(view), view, URLS).orElseThrow()
                .plain(), StandardCharsets.UTF_8);
        NodeList sets = elements(text, "AdaptationSet");
        assertThat(sets.getLength()).isEqualTo(3);
        assertThat(((Element) sets.item(0)).getElementsByTagName("Representation").getLength()).isEqualTo(2);
        assertThat(attributes(sets, "lang")).containsExactly("", "en", "ja");
        assertThat(attributes(sets, "id")).containsExactly("0", "100", "101");
        assertThat(attributes(elements(text, "Role"), "value")).containsExactly("main", "main", "alternate");
        assertThat(elements(text, "Label").item(0).getTextContent()).isEqualTo("English");
    }

    @Test
    void nothingWithoutSegments() {
        assertThat(live(playlists(0))).isEmpty();
    }

    /** A recording begins at 0; a range that still grows begins where its first segment is in the presentation. */
    @Test
    void rangeBeginsWithItsFirstSegment() throws Exception {
        for (int n = 0; n < 20; n++) {
            segment(n, false);
        }
        String closed = range(Records.EPOCH_MS + 20_000, true);
        assertThat(closed).contains("type=\"static\" mediaPresentationDuration=\"PT20.016S\"",
                "<Period id=\"17.0\" start=\"PT0S\"",
                "media=\"../@17/video0/$Number$.m4s\"", "startNumber=\"5\"");
        String open = range(PastRange.OPEN, false);
        assertThat(open).contains("type=\"dynamic\" availabilityStartTime=\"2026-01-01T00:00:00.000Z\"",
                "<Period id=\"17.0\" start=\"PT10.1S\"", "value=\"../../../api/v1/time\"")
                .doesNotContain("timeShiftBufferDepth");
    }

    private String range(long endMs, boolean ended) {
        var name = new EpochName(EPOCH, 0);
        var range = new PastRange("live/show", name, name, Records.EPOCH_MS + 10_500, endMs);
        Map<RenditionId, RangePlaylist> playlists = new HashMap<>();
        for (RenditionId rendition : List.of(VIDEO, SOUND)) {
            var run = new SegmentRun(EPOCH, rendition, 0, 63);
            records.forEach(record -> run.fold(0, record));
            var block = new PlaylistBlock(name, rendition, run.segments(0, 19), 0);
            var share = new RangePlaylist.Share(LIVE, List.of(block), 5, 14);
            playlists.put(rendition,
                    RangePlaylist.render(range, List.of(LIVE), List.of(share), _ -> 0, ended, false));
        }
        return new String(MpdText.range(range, List.of(LIVE), Lineup.ofCmaf(List.of(LIVE)), playlists, ended,
                URLS).orElseThrow().plain(), StandardCharsets.UTF_8);
    }

    @Test
    void declaresCaptionsOfVideo() throws Exception {
        StreamEntry captioned = VariantListTest.entry(
                new Track(0, Packet.Kind.VIDEO, "AVC", Records.AVC_RECORD, 0, null,
                        null, List.of("CC1", "SERVICE2")),
                VariantListTest.audio(0, "AAC", Records.AAC_RECORD, "de", null));
        EpochView view = segment(0, false).playlists(0).view();
        String text = new String(MpdText.live(captioned, Lineup.ofCmaf(List.of(captioned)).in(view), view, URLS)
                .orElseThrow().plain(), StandardCharsets.UTF_8);
        NodeList declared = elements(text, "Accessibility");
        assertThat(attributes(declared, "schemeIdUri")).containsExactly("urn:scte:dash:cc:cea-608:2015",
                "urn:scte:dash:cc:cea-708:2015");
        assertThat(attributes(declared, "value")).containsExactly("CC1=und", "2=lang:und");
        assertThat(((Element) declared.item(0).getParentNode()).getAttribute("contentType")).isEqualTo("video");
    }

    /** Where a segment is in the presentation. */
    private record Located(String period, String start, String url, long time90k) {}

    /** Computes the times of segments as players do (ISO/IEC 23009-1, 5.3.9.6). */
    private static List<Located> located(String text) throws Exception {
        List<Located> found = new ArrayList<>();
        if (text.isEmpty()) {
            return found;
        }
        NodeList templates = elements(text, "SegmentTemplate");
        for (int i = 0; i < templates.getLength(); i++) {
            Element template = (Element) templates.item(i);
            Element period = (Element) template.getParentNode().getParentNode().getParentNode();
            String start = period.getAttribute("start");
            long start90k = Math.round(Double.parseDouble(start.substring(2, start.length() - 1)) * 90_000);
            long offset = Long.parseLong(template.getAttribute("presentationTimeOffset"));
            long number = Long.parseLong(template.getAttribute("startNumber"));
            NodeList runs = template.getElementsByTagName("S");
            long time = 0;
            for (int s = 0; s < runs.getLength(); s++) {
                Element run = (Element) runs.item(s);
                time = run.hasAttribute("t") ? Long.parseLong(run.getAttribute("t")) : time;
                int repeat = run.hasAttribute("r") ? Integer.parseInt(run.getAttribute("r")) : 0;
                for (int n = 0; n <= repeat; n++) {
                    String url = template.getAttribute("media").replace("$Number$", Long.toString(number++));
                    found.add(new Located(period.getAttribute("id"), start, url, start90k + time - offset));
                    time += Long.parseLong(run.getAttribute("d"));
                }
            }
        }
        return found;
    }

    private static NodeList elements(String text, String name) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(text)))
                .getElementsByTagName(name);
    }

    private static List<String> attributes(NodeList elements, String name) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < elements.getLength(); i++) {
            values.add(((Element) elements.item(i)).getAttribute(name));
        }
        return values;
    }
}
