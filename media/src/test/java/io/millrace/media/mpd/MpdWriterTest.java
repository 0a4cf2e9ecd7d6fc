package io.millrace.media.mpd;

import io.millrace.media.mpd.AdaptationSet.Kind;
import io.millrace.media.mpd.SegmentTimeline.Run;
import java.io.StringReader;
import java.util.List;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class MpdWriterTest {
    /** 2026-11-30T14:00:00Z */
    private static final long BEGAN_MS = 1_796_047_200_000L;
    private static final UtcTiming CLOCK = new UtcTiming(UtcTiming.HTTP_XSDATE, "/api/v1/time");

    private static SegmentTemplate template(String track, SegmentTimeline timeline) {
        return new SegmentTemplate(90_000, 900_000, 7, track + "/init-7.mp4", track + "/$Number$.m4s", timeline);
    }

    private static final Representation HIGH = new Representation("v0", 2_800_000, "avc1.64001f",
            new Representation.Video(1280, 720, 30_000, 1_001, 1, 1),
            template("v0", new SegmentTimeline(List.of(new Run(900_000, 180_180, 3), new Run(1_440_540, 90_090, 1),
                    new Run(1_620_000, 180_000, 1)))));
    private static final Representation LOW = new Representation("v1", 800_000, "avc1.4d401e",
            new Representation.Video(640, 360, 30, 1, 4, 3),
            template("v1", new SegmentTimeline(List.of(new Run(900_000, 180_180, 3)))));
    private static final Representation SOUND = new Representation("a0", 128_000, "mp4a.40.2",
            new Representation.Audio(48_000, 6),
            template("a0", new SegmentTimeline(List.of(new Run(899_000, 180_480, 2)))));
    private static final Representation UNKNOWN = new Representation("a1", 1, "Opus", new Representation.Audio(0, 0),
            new SegmentTemplate(48_000, 0, 0, "i", "$Number$", new SegmentTimeline(List.of(new Run(0, 96_000, 1)))));

    private static final Period FIRST = new Period("0", 0,
            List.of(new AdaptationSet(0, Kind.VIDEO, "", "", true, 1, List.of(HIGH, LOW)),
                    new AdaptationSet(1, Kind.AUDIO, "de", "", true, 1, List.of(SOUND))));
    private static final Period SECOND = new Period("1", 1_234_567,
            List.of(new AdaptationSet(1, Kind.AUDIO, "en-GB", "Q&A <\"live\">\n\u0000", false, 0, List.of(UNKNOWN))));
    private static final Mpd LIVE = new Mpd(
            new MpdType.Dynamic(BEGAN_MS, BEGAN_MS + 12_345, 2_000, 60_000, 6_500, CLOCK), 4_000, 2_002,
            List.of(FIRST, SECOND));
    private static final Mpd ENDED = new Mpd(new MpdType.Static(1_234_567), 4_000, 2_002, List.of(FIRST));

    @Test
    void writesLive() {
        assertThat(MpdWriter.write(LIVE)).isEqualTo("""
                <?xml version="1.0" encoding="UTF-8"?>
                <MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" \
                type="dynamic" availabilityStartTime="2026-11-30T14:00:00.000Z" \
                publishTime="2026-11-30T14:00:12.345Z" minimumUpdatePeriod="PT2S" timeShiftBufferDepth="PT60S" \
                suggestedPresentationDelay="PT6.5S" minBufferTime="PT4S" maxSegmentDuration="PT2.002S">
                  <Period id="0" start="PT0S">
                    <AdaptationSet id="0" contentType="video" mimeType="video/mp4" segmentAlignment="true" \
                startWithSAP="1">
                      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
                      <Representation id="v0" codecs="avc1.64001f" bandwidth="2800000" width="1280" height="720" \
                frameRate="30000/1001" sar="1:1">
                        <SegmentTemplate timescale="90000" presentationTimeOffset="900000" startNumber="7" \
                initialization="v0/init-7.mp4" media="v0/$Number$.m4s">
                          <SegmentTimeline>
                            <S t="900000" d="180180" r="2"/>
                            <S d="90090"/>
                            <S t="1620000" d="180000"/>
                          </SegmentTimeline>
                        </SegmentTemplate>
                      </Representation>
                      <Representation id="v1" codecs="avc1.4d401e" bandwidth="800000" width="640" height="360" \
                frameRate="30" sar="4:3">
                        <SegmentTemplate timescale="90000" presentationTimeOffset="900000" startNumber="7" \
                initialization="v1/init-7.mp4" media="v1/$Number$.m4s">
                          <SegmentTimeline>
                            <S t="900000" d="180180" r="2"/>
                          </SegmentTimeline>
                        </SegmentTemplate>
                      </Representation>
                    </AdaptationSet>
                    <AdaptationSet id="1" contentType="audio" mimeType="audio/mp4" lang="de" segmentAlignment="true" \
                startWithSAP="1">
                      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
                      <Representation id="a0" codecs="mp4a.40.2" bandwidth="128000" audioSamplingRate="48000">
                        <AudioChannelConfiguration schemeIdUri="urn:mpeg:mpegB:cicp:ChannelConfiguration" value="6"/>
                        <SegmentTemplate timescale="90000" presentationTimeOffset="900000" startNumber="7" \
                initialization="a0/init-7.mp4" media="a0/$Number$.m4s">
                          <SegmentTimeline>
                            <S t="899000" d="180480" r="1"/>
                          </SegmentTimeline>
                        </SegmentTemplate>
                      </Representation>
                    </AdaptationSet>
                  </Period>
                  <Period id="1" start="PT13.717411S">
                    <AdaptationSet id="1" contentType="audio" mimeType="audio/mp4" lang="en-GB" \
                segmentAlignment="true">
                      <Label>Q&amp;A &lt;&quot;live&quot;&gt;&#10;\ufffd</Label>
                      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="alternate"/>
                      <Representation id="a1" codecs="Opus" bandwidth="1">
                        <SegmentTemplate timescale="48000" startNumber="0" initialization="i" media="$Number$">
                          <SegmentTimeline>
                            <S t="0" d="96000"/>
                          </SegmentTimeline>
                        </SegmentTemplate>
                      </Representation>
                    </AdaptationSet>
                  </Period>
                  <UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-xsdate:2014" value="/api/v1/time"/>
                </MPD>
                """);
    }

    /** All representations of a set declare the same channels; the order is that of the caller. */
    @Test
    void declaresCaptions() {
        AdaptationSet set = new AdaptationSet(0, Kind.VIDEO, "", "", true,
                List.of("CC1", "CC3", "SERVICE1", "SERVICE12"), 1,
                List.of(HIGH));
        String text = MpdWriter.write(new Mpd(new MpdType.Static(1), 0, 0, List.of(new Period("0", 0, List.of(set)))));
        assertThat(text).contains(
                "<Accessibility schemeIdUri=\"urn:scte:dash:cc:cea-608:2015\" value=\"CC1=und;CC3=und\"/>",
                "<Accessibility schemeIdUri=\"urn:scte:dash:cc:cea-708:2015\" value=\"1=lang:und;12=lang:und\"/>");
        assertThat(MpdRules.faults(text)).isEmpty();
    }

    @Test
    void writesEnded() {
        assertThat(MpdWriter.write(ENDED)).startsWith("""
                <?xml version="1.0" encoding="UTF-8"?>
                <MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" \
                type="static" mediaPresentationDuration="PT13.717411S" minBufferTime="PT4S" \
                maxSegmentDuration="PT2.002S">
                  <Period id="0" start="PT0S">
                """).doesNotContain("UTCTiming");
    }

    @Test
    void followsSchema() {
        assertThat(MpdRules.faults(MpdWriter.write(LIVE))).isEmpty();
        assertThat(MpdRules.faults(MpdWriter.write(ENDED))).isEmpty();
    }

    /** Each rule of the checker is shown to fail on a text that is broken in just that rule. */
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"</MPD>; ; not well-formed", "<Role ; <Roll ; unknown element Roll",
        "type=\"dynamic\"; type=\"vod\"; MPD@type is vod", " minBufferTime=\"PT4S\"; ; MPD lacks minBufferTime",
        "d=\"90090\"; d=\"0\"; S@d is 0", "PT6.5S; 6.5; MPD@suggestedPresentationDelay is 6.5",
        "type=\"dynamic\"; type=\"static\"; availabilityStartTime", "lang=\"de\"; lang=\"\"; AdaptationSet@lang is",
        "<Period id=\"0\"; <UTCTiming schemeIdUri='urn:a'/><Period id=\"0\"; Period is not allowed there"})
    void checkerSeesFault(String part, String instead, String fault) {
        String text = MpdWriter.write(LIVE);
        assertThat(text).contains(part);
        String broken = text.replaceFirst(Pattern.quote(part), instead == null ? "" : instead);
        assertThat(MpdRules.faults(broken)).anySatisfy(found -> assertThat(found).contains(fault));
    }

    @Test
    void checkerSeesMissingChild() {
        String text = MpdWriter.write(LIVE).replaceAll("<S [^>]*/>", "");
        assertThat(MpdRules.faults(text)).contains("0 S in SegmentTimeline");
        assertThat(MpdRules.faults("<MPD/>")).contains("0 Period in MPD");
    }

    /** A label comes from an encoder: a parser must read what was written. */
    @ParameterizedTest
    @CsvSource({"plain", "'a&b<c>d\"e''f'", "'\ttab\nline\rreturn '", "\u00fcml\u00e4ut", "\ud83c\udfa5"})
    void parserReadsLabel(String label) throws Exception {
        AdaptationSet set = new AdaptationSet(0, Kind.AUDIO, label, label, true, 1, List.of(SOUND));
        Mpd mpd = new Mpd(new MpdType.Static(1), 0, 0, List.of(new Period(label, 0, List.of(set))));
        Document document = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new InputSource(new StringReader(MpdWriter.write(mpd))));
        assertThat(document.getElementsByTagName("Label").item(0).getTextContent()).isEqualTo(label);
        assertThat(document.getElementsByTagName("Period").item(0).getAttributes().getNamedItem("id").getNodeValue())
                .isEqualTo(label);
    }

    @Test
    void replacesCharactersThatXmlDoesNotAllow() {
        assertThat(new XmlText().element("a", "\u0000\u001f\ufffe\ud800x").toString())
                .endsWith("<a>\ufffd\ufffd\ufffd\ufffdx</a>\n");
    }

    @ParameterizedTest
    @CsvSource({"0, PT0S", "90000, PT1S", "1, PT0.000011S", "45000, PT0.5S", "324000000009, PT3600000.0001S"})
    void writesDuration(long ticks, String text) {
        assertThat(MpdTimes.durationOf90k(ticks)).isEqualTo(text);
    }

    @Test
    void joinsEqualSegmentsIntoRuns() {
        SegmentTimeline timeline = new SegmentTimeline.Builder().add(0, 100).add(100, 100).add(200, 100).add(300, 50)
                .add(360, 50).add(405, 50).build();
        assertThat(timeline.runs()).containsExactly(new Run(0, 100, 3), new Run(300, 50, 1), new Run(360, 45, 1),
                new Run(405, 50, 1));
        assertThat(timeline.segments()).isEqualTo(6);
    }

    @Test
    void shortensLastSegmentOfRun() {
        assertThat(new SegmentTimeline.Builder().add(0, 100).add(100, 100).add(199, 100).build().runs())
                .containsExactly(new Run(0, 100, 1), new Run(100, 99, 1), new Run(199, 100, 1));
    }

    @Test
    void rejectsWhatPlayersCannotUse() {
        assertThatIllegalArgumentException().isThrownBy(() -> new SegmentTimeline.Builder().add(5, 1).add(5, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SegmentTimeline(List.of(new Run(0, 10, 2), new Run(19, 1, 1))));
        assertThatIllegalArgumentException().isThrownBy(() -> new Run(0, 0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Period("a", 0, List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> new Mpd(new MpdType.Static(0), 0, 0,
                List.of(FIRST, new Period("1", 0, FIRST.sets()))));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Representation("v 0", 1, "avc1", new Representation.Audio(0, 0), null));
        assertThatIllegalArgumentException().isThrownBy(() -> new Representation("v0", 0, "avc1",
                new Representation.Audio(0, 0), HIGH.segments()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SegmentTemplate(90_000, 0, 0, "i", "s", HIGH.segments().timeline()));
    }
}
