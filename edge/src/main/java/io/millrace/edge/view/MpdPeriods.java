package io.millrace.edge.view;

import io.millrace.edge.view.Lineup.Listing;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.mpd.AdaptationSet;
import io.millrace.media.mpd.EventStream;
import io.millrace.media.mpd.EventStream.Event;
import io.millrace.media.mpd.Period;
import io.millrace.media.mpd.Representation;
import io.millrace.media.mpd.SegmentTemplate;
import io.millrace.media.mpd.SegmentTimeline;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.Cue;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.PeriodStart;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.Track;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Arranges segments as the periods of an MPD: pure.
 *
 * <p>A period has one discontinuity number, and each of its representations has every segment: templates number
 * segments without holes. It therefore ends before a segment that is missing in a rendition, and another one begins
 * after it. All periods of one discontinuity number have one relation of media time and presentation time, that of
 * {@link PeriodStart}, so that segments keep their times when segments before them leave the window.
 */
final class MpdPeriods {
    /** Segments follow each other if end and start differ by less than this, by rounding; 1 ms in 90 kHz ticks. */
    private static final long ROUNDED_TICKS = 90;
    private static final int SAP_CLOSED_GOP = 1;
    /** The identifiers of the sets of audio tracks begin here; those of video are numbers of codecs. */
    private static final int FIRST_AUDIO_SET = 100;
    /** Bandwidths are rounded up to this many digits, so that they seldom change between versions. */
    private static final int BANDWIDTH_DIGITS = 100;

    /** Scheme of events whose text is the attribute list of an EXT-X-DATERANGE. */
    private static final String DATE_RANGES = "urn:millrace:hls:daterange";
    private static final long EVENT_ID_MASK = 0xFFFF_FFFFL;

    private final Lineup lineup;
    private final String base;
    /** The wall clock at the start of the presentation, 90 kHz since 1970. */
    private final long origin90k;
    private final boolean cutsFirst;
    private final List<Period> periods = new ArrayList<>();
    /** The positions of the cues that the periods have. */
    private final Set<Long> cues = new HashSet<>();
    private long end90k;

    /**
     * @param base URL of the stream's media, up to the {@code @} of an epoch
     * @param cutsFirst whether the first period begins with its first segment, because older ones are outside of the
     *     range
     */
    MpdPeriods(Lineup lineup, String base, long origin90k, boolean cutsFirst) {
        this.lineup = lineup;
        this.base = base;
        this.origin90k = origin90k;
        this.cutsFirst = cutsFirst;
    }

    /** Returns the wall clock at the start of a row, 90 kHz since 1970. */
    static long wall90k(MpdRows.Row row) {
        return wall90k(row, row.startTicks());
    }

    private static long wall90k(MpdRows.Row row, long ticks) {
        PeriodStart period = row.period();
        return period.programDateTimeMs() * (Ticks.MPEG / Ticks.MILLIS) + ticks - period.startTicks();
    }

    /** Adds the periods of an epoch's rows, which follow those of earlier epochs. */
    void add(MpdRows rows) {
        List<MpdRows.Row> run = new ArrayList<>();
        boolean first = periods.isEmpty();
        MpdRows.Row before = null;
        for (MpdRows.Row row : rows.rows()) {
            if (before != null && !row.continues(before)) {
                end(rows, run, first);
                first = false;
                run.clear();
            }
            run.add(row);
            before = row;
        }
        if (!run.isEmpty()) {
            end(rows, run, first);
        }
    }

    private void end(MpdRows rows, List<MpdRows.Row> run, boolean first) {
        MpdRows.Row head = run.getFirst();
        String id = rows.epoch().epoch() + "." + head.discontinuity();
        // After a hole, the period begins with its first segment; its number is part of the identifier.
        boolean isRest = !periods.isEmpty() && periods.getLast().id().startsWith(id);
        long startTicks = isRest || first && cutsFirst ? head.startTicks() : head.period().startTicks();
        long start90k = Math.max(wall90k(head, startTicks) - origin90k, periods.isEmpty()
                ? 0
                : periods.getLast().start90k() + 1);
        periods.add(new Period(isRest ? id + "." + head.number() : id, start90k,
                events(run, startTicks), sets(rows, run, startTicks)));
        for (MpdRows.Row row : run) {
            end90k = Math.max(end90k, wall90k(row, row.endTicks()) - origin90k);
        }
    }

    /** Returns the cues of a period's segments as events; each is in the first period that has it. */
    private List<EventStream> events(List<MpdRows.Row> run, long startTicks) {
        MpdRows.Row head = run.getFirst();
        long cutMs = Ticks.rescale(startTicks - head.period().startTicks(), Ticks.MPEG, Ticks.MILLIS);
        List<Event> ranges = new ArrayList<>();
        List<Event> splices = new ArrayList<>();
        for (MpdRows.Row row : run) {
            for (Cue cue : row.cues()) {
                if (cue.place().discontinuity() == head.discontinuity() && cues.add(cue.position())) {
                    long timeMs = Math.max(0, cue.place().periodMs() - cutMs);
                    ranges.add(event(cue, timeMs, new Event.Text(DateRanges.of(cue).attributeList())));
                    splice(cue).ifPresent(splice -> splices.add(event(cue, timeMs, splice)));
                }
            }
        }
        List<EventStream> streams = new ArrayList<>();
        if (!ranges.isEmpty()) {
            streams.add(new EventStream(DATE_RANGES, ranges));
        }
        if (!splices.isEmpty()) {
            streams.add(new EventStream(EventStream.SCTE35, splices));
        }
        return streams;
    }

    private static Event event(Cue cue, long timeMs, Event.Content content) {
        long durationMs = cue.endMs() == Cue.UNKNOWN ? Event.UNKNOWN : cue.endMs() - cue.startMs();
        return new Event(timeMs, cue.isEnd() ? 0 : durationMs, cue.position() & EVENT_ID_MASK, content);
    }

    private static Optional<Event.Content> splice(Cue cue) {
        return cue.attributes().stream().filter(Cue.Attribute::isSplice).findFirst()
                .map(each -> new Event.Splice(Base64.getEncoder()
                        .encodeToString(HexFormat.of().parseHex(each.value().substring("0x".length())))));
    }

    private List<AdaptationSet> sets(MpdRows rows, List<MpdRows.Row> run, long startTicks) {
        Map<Codec, List<Representation>> ladders = new LinkedHashMap<>();
        Map<Codec, Set<String>> captions = new HashMap<>();
        List<AdaptationSet> sound = new ArrayList<>();
        boolean closed = run.stream().allMatch(MpdRows.Row::independent);
        for (Listing listing : lineup.listings()) {
            RenditionId rendition = listing.rendition();
            CodecConfig config = rows.configs().get(rendition);
            if (config == null || !run.getFirst().segments().containsKey(rendition)) {
                continue;
            }
            Representation representation = representation(rows, run, rendition, config, startTicks);
            if (config instanceof VideoConfig) {
                ladders.computeIfAbsent(config.codec(), _ -> new ArrayList<>()).add(representation);
                captions.computeIfAbsent(config.codec(), _ -> new LinkedHashSet<>()).addAll(listing.captions());
            } else {
                sound.add(audioSet(listing.track(), representation));
            }
        }
        List<AdaptationSet> sets = new ArrayList<>();
        ladders.forEach((codec, ladder) -> sets.add(new AdaptationSet(codec.ordinal(), AdaptationSet.Kind.VIDEO, "", "",
                true, List.copyOf(captions.get(codec)), closed ? SAP_CLOSED_GOP : 0, ladder)));
        sets.addAll(sound);
        return sets;
    }

    private static AdaptationSet audioSet(Track track, Representation representation) {
        String language = AudioNames.language(track);
        String name = AudioNames.name(track);
        return new AdaptationSet(FIRST_AUDIO_SET + track.id(), AdaptationSet.Kind.AUDIO,
                language == null ? "" : language, name, track.id() == 0, SAP_CLOSED_GOP, List.of(representation));
    }

    private Representation representation(MpdRows rows, List<MpdRows.Row> run, RenditionId rendition,
            CodecConfig config, long startTicks) {
        RenditionFiles files = new RenditionFiles(rendition);
        List<Segment> segments = run.stream().map(row -> row.segments().get(rendition)).toList();
        String directory = base + "@" + rows.epoch().name() + '/' + files.name() + '/';
        var template = new SegmentTemplate(Ticks.MPEG, mediaTicks(startTicks), segments.getFirst().number(),
                directory + files.init(run.getFirst().discontinuity()), directory + files.segment("$Number$"),
                timeline(segments));
        return new Representation(files.name(), bandwidth(rows.peakBitrates().get(rendition)), config.rfc6381(),
                media(config), template);
    }

    private static SegmentTimeline timeline(List<Segment> segments) {
        var timeline = new SegmentTimeline.Builder();
        long before = -1;
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            long next = i + 1 < segments.size() ? segments.get(i + 1).startTicks() : segment.endTicks();
            boolean follows = Math.abs(next - segment.endTicks()) < ROUNDED_TICKS && next > segment.startTicks();
            // A log with times that do not increase must not stop an edge.
            before = Math.max(mediaTicks(segment.startTicks()), before + 1);
            timeline.add(before, follows ? next - segment.startTicks() : segment.durationTicks());
        }
        return timeline.build();
    }

    /** Returns the time of the media in the segments. */
    private static long mediaTicks(long ticks) {
        return Math.max(0, ticks + PartTimes.MEDIA_OFFSET_TICKS);
    }

    private static Representation.Media media(CodecConfig config) {
        return switch (config) {
            case VideoConfig video -> new Representation.Video(video.width(), video.height(),
                    video.frameRate().isKnown() ? video.frameRate().numerator() : 0, video.frameRate().denominator(),
                    video.aspect().width(), video.aspect().height());
            case AudioConfig audio -> new Representation.Audio(audio.sampleRate(), audio.channels());
        };
    }

    private static long bandwidth(long peakBitrate) {
        long unit = 1;
        while (peakBitrate / unit >= BANDWIDTH_DIGITS) {
            unit *= 10;
        }
        return Math.max(1, Math.ceilDiv(peakBitrate, unit) * unit);
    }

    List<Period> periods() {
        return periods;
    }

    /** Returns the end of the last period, 90 kHz. */
    long end90k() {
        return end90k;
    }
}
