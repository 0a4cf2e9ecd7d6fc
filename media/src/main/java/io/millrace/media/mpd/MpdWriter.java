package io.millrace.media.mpd;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes {@link Mpd}s as XML: a pure function, with attributes in a fixed order and elements in that of the schema.
 * Text is escaped. Names that end in {@code Ms} are milliseconds, {@code 90k} 90 kHz ticks; the times of segments and
 * their offset are in ticks of the template's time scale.
 */
public final class MpdWriter {
    /** The profile of segments that are addressed by a template and begin with an access point (ISO/IEC 23009-1, 8.4). */
    static final String PROFILE = "urn:mpeg:dash:profile:isoff-live:2011";
    private static final String NAMESPACE = "urn:mpeg:dash:schema:mpd:2011";
    private static final String ROLE = "urn:mpeg:dash:role:2011";
    /** Captions in the video (ANSI/SCTE 214-1, 7.2 and 7.3). Their values list channels with their languages. */
    private static final String CAPTIONS_608 = "urn:scte:dash:cc:cea-608:2015";
    private static final String CAPTIONS_708 = "urn:scte:dash:cc:cea-708:2015";
    private static final String CHANNEL_608 = "CC";
    private static final String SERVICE_708 = "SERVICE";
    private static final String SPLICES = "http://www.scte.org/schemas/35/2016";
    /** The time scale of events. */
    private static final int MILLIS = 1_000;
    private static final String CHANNELS = "urn:mpeg:mpegB:cicp:ChannelConfiguration";
    /**
     * ChannelConfiguration (ISO/IEC 23091-3, 5.1) of the usual layout; the index is the number of channels. 0 if there is no
     * usual layout.
     */
    private static final int[] CHANNEL_CONFIGURATIONS = {0, 1, 2, 3, 4, 5, 6, 11, 12};

    private MpdWriter() {}

    /** Returns the text of an MPD, to be encoded in UTF-8. */
    public static String write(Mpd mpd) {
        XmlText xml = new XmlText().begin("MPD").attribute("xmlns", NAMESPACE).attribute("profiles", PROFILE);
        switch (mpd.type()) {
            case MpdType.Dynamic live -> live(xml, live);
            case MpdType.Static(long duration90k) -> xml.attribute("type", "static")
                    .attribute("mediaPresentationDuration", MpdTimes.durationOf90k(duration90k));
        }
        xml.attribute("minBufferTime", MpdTimes.durationOfMs(mpd.minBufferMs())).attribute("maxSegmentDuration",
                MpdTimes.durationOfMs(mpd.maxSegmentMs()));
        mpd.periods().forEach(period -> period(xml, period));
        if (mpd.type() instanceof MpdType.Dynamic live) {
            xml.begin("UTCTiming").attribute("schemeIdUri", live.clock().scheme())
                    .attribute("value", live.clock().value()).end("UTCTiming");
        }
        return xml.end("MPD").toString();
    }

    private static void live(XmlText xml, MpdType.Dynamic live) {
        xml.attribute("type", "dynamic")
                .attribute("availabilityStartTime", MpdTimes.dateTime(live.availabilityStartMs()))
                .attribute("publishTime", MpdTimes.dateTime(live.publishMs()))
                .attribute("minimumUpdatePeriod", MpdTimes.durationOfMs(live.updateMs()));
        if (live.depthMs() != MpdType.Dynamic.WHOLE) {
            xml.attribute("timeShiftBufferDepth", MpdTimes.durationOfMs(live.depthMs()));
        }
        xml.attribute("suggestedPresentationDelay", MpdTimes.durationOfMs(live.delayMs()));
    }

    private static void period(XmlText xml, Period period) {
        xml.begin("Period").attribute("id", period.id()).attribute("start", MpdTimes.durationOf90k(period.start90k()));
        period.events().forEach(stream -> events(xml, stream));
        period.sets().forEach(set -> set(xml, set));
        xml.end("Period");
    }

    private static void events(XmlText xml, EventStream stream) {
        xml.begin("EventStream").attribute("schemeIdUri", stream.scheme()).attribute("timescale", MILLIS);
        for (EventStream.Event event : stream.events()) {
            xml.begin("Event").attribute("presentationTime", event.timeMs());
            if (event.durationMs() != EventStream.Event.UNKNOWN) {
                xml.attribute("duration", event.durationMs());
            }
            xml.attribute("id", event.id());
            switch (event.content()) {
                case EventStream.Event.Text(String text) -> xml.end("Event", text);
                case EventStream.Event.Splice(String base64) -> xml.begin("Signal").attribute("xmlns", SPLICES)
                        .element("Binary", base64).end("Signal").end("Event");
            }
        }
        xml.end("EventStream");
    }

    private static void set(XmlText xml, AdaptationSet set) {
        String type = set.kind().contentType();
        xml.begin("AdaptationSet").attribute("id", set.id()).attribute("contentType", type)
                .attribute("mimeType", type + "/mp4");
        if (!set.language().isEmpty()) {
            xml.attribute("lang", set.language());
        }
        xml.attribute("segmentAlignment", "true");
        if (set.startWithSap() > 0) {
            xml.attribute("startWithSAP", set.startWithSap());
        }
        if (!set.label().isEmpty()) {
            xml.element("Label", set.label());
        }
        captions(xml, CAPTIONS_608, set.captions().stream().filter(channel -> channel.startsWith(CHANNEL_608))
                .map(channel -> channel + "=und"));
        captions(xml, CAPTIONS_708, set.captions().stream().filter(channel -> channel.startsWith(SERVICE_708))
                .map(channel -> channel.substring(SERVICE_708.length()) + "=lang:und"));
        xml.begin("Role").attribute("schemeIdUri", ROLE).attribute("value", set.main() ? "main" : "alternate")
                .end("Role");
        set.representations().forEach(representation -> representation(xml, representation));
        xml.end("AdaptationSet");
    }

    /** The language of captions is unknown, and "und" says so (ISO 639-2): an omitted value would mean English to dash.js. */
    private static void captions(XmlText xml, String scheme, Stream<String> channels) {
        String value = channels.collect(Collectors.joining(";"));
        if (!value.isEmpty()) {
            xml.begin("Accessibility").attribute("schemeIdUri", scheme).attribute("value", value).end("Accessibility");
        }
    }

    private static void representation(XmlText xml, Representation representation) {
        xml.begin("Representation").attribute("id", representation.id()).attribute("codecs", representation.codecs())
                .attribute("bandwidth", representation.bandwidth());
        switch (representation.media()) {
            case Representation.Video video -> video(xml, video);
            case Representation.Audio audio -> audio(xml, audio);
        }
        template(xml, representation.segments());
        xml.end("Representation");
    }

    private static void video(XmlText xml, Representation.Video video) {
        if (video.width() > 0 && video.height() > 0) {
            xml.attribute("width", video.width()).attribute("height", video.height());
        }
        if (video.frames() > 0) {
            xml.attribute("frameRate",
                    video.perSeconds() == 1 ? "" + video.frames() : video.frames() + "/" + video.perSeconds());
        }
        xml.attribute("sar", video.sarWidth() + ":" + video.sarHeight());
    }

    private static void audio(XmlText xml, Representation.Audio audio) {
        if (audio.samplingRate() > 0) {
            xml.attribute("audioSamplingRate", audio.samplingRate());
        }
        int layout = audio.channels() < CHANNEL_CONFIGURATIONS.length ? CHANNEL_CONFIGURATIONS[audio.channels()] : 0;
        if (layout > 0) {
            xml.begin("AudioChannelConfiguration").attribute("schemeIdUri", CHANNELS).attribute("value", layout)
                    .end("AudioChannelConfiguration");
        }
    }

    private static void template(XmlText xml, SegmentTemplate template) {
        xml.begin("SegmentTemplate").attribute("timescale", template.timescale());
        if (template.offsetTicks() > 0) {
            xml.attribute("presentationTimeOffset", template.offsetTicks());
        }
        xml.attribute("startNumber", template.firstNumber()).attribute("initialization", template.initialization())
                .attribute("media", template.media()).begin("SegmentTimeline");
        long end = -1;
        for (SegmentTimeline.Run run : template.timeline().runs()) {
            xml.begin("S");
            if (run.time() != end) {
                xml.attribute("t", run.time());
            }
            xml.attribute("d", run.duration());
            if (run.count() > 1) {
                xml.attribute("r", run.count() - 1L);
            }
            xml.end("S");
            end = run.end();
        }
        xml.end("SegmentTimeline").end("SegmentTemplate");
    }
}
