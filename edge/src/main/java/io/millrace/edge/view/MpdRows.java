package io.millrace.edge.view;

import io.millrace.media.codec.CodecConfig;
import io.millrace.platform.log.Cue;
import io.millrace.platform.log.PeriodStart;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import io.millrace.platform.timeline.Tracks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The segments of one epoch that an MPD lists, by number. Pure; immutable.
 *
 * @param rows those with media, with increasing numbers
 * @param configs the configuration of each rendition's track
 * @param peakBitrates the highest bitrate of each rendition's segments, bit/s
 */
record MpdRows(StreamEntry epoch, List<Row> rows, Map<RenditionId, CodecConfig> configs,
        Map<RenditionId, Long> peakBitrates) {
    /**
     * The segment with one number in all renditions that have media in it.
     *
     * @param segments complete, with a duration; at least one
     */
    record Row(long number, Map<RenditionId, Segment> segments) {
        private Segment any() {
            return segments.values().iterator().next();
        }

        long discontinuity() {
            return any().start().discontinuity();
        }

        List<Cue> cues() {
            return any().start().cues();
        }

        boolean independent() {
            return any().start().independent();
        }

        /** Returns whether this row and the one before can be in one period. */
        boolean continues(Row before) {
            return number == before.number + 1 && discontinuity() == before.discontinuity()
                    && segments.keySet().equals(before.segments.keySet());
        }

        /** Returns the earliest presentation time in the segment's renditions. */
        long startTicks() {
            return segments.values().stream().mapToLong(Segment::startTicks).min().orElseThrow();
        }

        long endTicks() {
            return segments.values().stream().mapToLong(Segment::endTicks).max().orElseThrow();
        }

        long endMs() {
            return segments.values().stream().mapToLong(Segment::endMs).max().orElseThrow();
        }

        /** Returns the start of the period; in logs without it, that of this segment. */
        PeriodStart period() {
            Segment any = any();
            PeriodStart known = any.start().period();
            return known.isKnown() ? known : new PeriodStart(any.startTicks(), any.programDateTimeMs());
        }
    }

    /** @param segments consecutive segments of each rendition, complete or not */
    static MpdRows of(StreamEntry epoch, Map<RenditionId, List<Segment>> segments) {
        NavigableMap<Long, Map<RenditionId, Segment>> byNumber = new TreeMap<>();
        segments.forEach((rendition, its) -> its.stream().filter(each -> each.complete() && each.durationTicks() > 0)
                .forEach(each -> byNumber.computeIfAbsent(each.number(), _ -> new HashMap<>()).put(rendition, each)));
        List<Row> rows = new ArrayList<>();
        Map<RenditionId, Long> peakBitrates = new HashMap<>();
        byNumber.forEach((number, its) -> {
            rows.add(new Row(number, its));
            its.forEach((rendition, each) -> peakBitrates.merge(rendition, each.bitrate(), Math::max));
        });
        return new MpdRows(epoch, rows, configs(epoch, segments), peakBitrates);
    }

    private static Map<RenditionId, CodecConfig> configs(StreamEntry epoch, Map<RenditionId, List<Segment>> segments) {
        Map<RenditionId, CodecConfig> configs = new HashMap<>();
        for (Track track : epoch.session().tracks()) {
            RenditionId rendition = RenditionId.cmaf(track.trackId());
            if (segments.containsKey(rendition)) {
                Tracks.config(track).ifPresent(config -> configs.put(rendition, config));
            }
        }
        return configs;
    }
}
