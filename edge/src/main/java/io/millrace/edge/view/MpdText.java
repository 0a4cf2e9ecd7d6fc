package io.millrace.edge.view;

import io.millrace.media.mpd.Mpd;
import io.millrace.media.mpd.MpdType;
import io.millrace.media.mpd.MpdWriter;
import io.millrace.media.mpd.UtcTiming;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Renders the MPD of a live epoch, or of a range of past media: a pure function of directory entries and of the
 * segments that the index lists, without a clock, so that every edge has the same bytes.
 *
 * <p>The presentation of an epoch begins with its first session. That of a range with an end begins with the first
 * segment of the range, so that players of recordings begin at 0.
 */
public final class MpdText {
    /** Path of the resource that returns the present time. */
    public static final String TIME_PATH = "/api/v1/time";
    /** Name of an MPD in the directory of its epochs. */
    public static final String FILE = "index.mpd";
    /**
     * Limit of the segments of a range, in all renditions together. Rendering takes about 250 bytes of memory for each,
     * and the MPD a few MB: a day and a half of 2 s segments of a video and an audio track.
     */
    public static final int SEGMENTS_LIMIT = 131_072;
    private static final int TICKS_A_MS = Ticks.MPEG / Ticks.MILLIS;
    /** How far behind the present players should play, in target durations. */
    private static final int DELAY_TARGETS = 3;
    /** A segment may exceed the target duration by less than this. */
    private static final int ROUNDED_MS = 500;

    /**
     * The URLs that an MPD contains, relative to its own.
     *
     * @param media of the stream's media, up to the {@code @} of an epoch
     * @param time of {@link #TIME_PATH}
     */
    public record Urls(String media, String time) {
        /** Returns the URLs for {@code /live/show/@17.8c1e2f3a9b0d/index.mpd}. */
        public static Urls of(String stream) {
            int depth = 2 + (int) stream.chars().filter(c -> c == '/').count();
            return new Urls("../", "../".repeat(depth) + TIME_PATH.substring(1));
        }
    }

    private MpdText() {}

    /**
     * Renders the MPD of the live window.
     *
     * @param lineup CMAF renditions
     * @return empty if no segment is listed
     */
    public static Optional<RenderedText> live(StreamEntry entry, Lineup lineup, EpochView view, Urls urls) {
        MpdRows rows = MpdRows.of(entry, window(lineup, view));
        if (rows.rows().isEmpty()) {
            return Optional.empty();
        }
        var periods = new MpdPeriods(lineup, urls.media(), entry.span().startedAtMs() * TICKS_A_MS, false);
        periods.add(rows);
        int targetS = targetDurationS(List.of(rows));
        long depthMs = Math.max(entry.rules().windowMs(), StreamPlaylist.MIN_TARGET_DURATIONS * targetS * 1_000L);
        return Optional.of(render(periods, List.of(rows), entry.span().startedAtMs(), depthMs, view.ended(), urls));
    }

    /**
     * Returns the segments that all renditions list. Their windows differ by a segment where their segments have
     * different durations, and a rendition may be ahead of another.
     */
    private static Map<RenditionId, List<Segment>> window(Lineup lineup, EpochView view) {
        List<RenditionId> renditions = lineup.renditions().stream().filter(each -> view.of(each).isListed()).toList();
        long oldest = renditions.stream().mapToLong(each -> view.of(each).oldest()).max().orElse(0);
        long newest = renditions.stream().mapToLong(each -> view.of(each).newest()).min().orElse(-1);
        Map<RenditionId, List<Segment>> listed = new HashMap<>();
        if (oldest <= newest) {
            renditions.forEach(each -> listed.put(each,
                    List.copyOf(view.of(each).segments().subMap(oldest, true, newest, true).values())));
        }
        return listed;
    }

    /** Returns how many segments the playlists list, including gaps. */
    public static long segments(Collection<RangePlaylist> playlists) {
        return playlists.stream().flatMap(playlist -> playlist.shares().stream())
                .mapToLong(share -> share.to() - share.from() + 1).sum();
    }

    /**
     * Renders the MPD of a range of past media. The caller has checked the number of {@link #segments}.
     *
     * @param lineup CMAF renditions that all epochs have
     * @param playlists the playlist of each rendition; those without media are missing
     * @param ended whether no segment will follow
     * @return empty if no segment is listed
     */
    public static Optional<RenderedText> range(PastRange range, List<StreamEntry> epochs, Lineup lineup,
            Map<RenditionId, RangePlaylist> playlists, boolean ended, Urls urls) {
        List<MpdRows> all = new ArrayList<>();
        for (StreamEntry epoch : epochs) {
            MpdRows rows = MpdRows.of(epoch, within(epoch, playlists));
            if (!rows.rows().isEmpty()) {
                all.add(rows);
            }
        }
        if (all.isEmpty()) {
            return Optional.empty();
        }
        long origin90k = range.isOpen()
                ? epochs.getFirst().span().startedAtMs() * TICKS_A_MS
                : MpdPeriods.wall90k(all.getFirst().rows().getFirst());
        var periods = new MpdPeriods(lineup, urls.media(), origin90k, true);
        all.forEach(periods::add);
        return Optional.of(render(periods, all, Math.floorDiv(origin90k, TICKS_A_MS), MpdType.Dynamic.WHOLE, ended,
                urls));
    }

    /**
     * Returns the segments that all playlists list of an epoch. At the end of a range, the last segment of one
     * rendition may begin before the end, and that of another one just after it.
     */
    private static Map<RenditionId, List<Segment>> within(StreamEntry epoch,
            Map<RenditionId, RangePlaylist> playlists) {
        Map<RenditionId, RangePlaylist.Share> shares = new HashMap<>();
        playlists.forEach((rendition, playlist) -> playlist.shares().stream()
                .filter(share -> share.epoch().epoch() == epoch.epoch())
                .forEach(share -> shares.put(rendition, share)));
        long from = shares.values().stream().mapToLong(RangePlaylist.Share::from).max().orElse(0);
        long to = shares.values().stream().mapToLong(RangePlaylist.Share::to).min().orElse(-1);
        Map<RenditionId, List<Segment>> listed = new HashMap<>();
        shares.forEach((rendition, share) -> listed.put(rendition,
                share.segments(from, to).stream().map(Segment::withoutParts).toList()));
        return listed;
    }

    private static RenderedText render(MpdPeriods periods, List<MpdRows> rows, long startMs, long depthMs,
            boolean ended, Urls urls) {
        long targetMs = targetDurationS(rows) * 1_000L;
        long publishMs = rows.getLast().rows().getLast().endMs();
        MpdType type = ended
                ? new MpdType.Static(periods.end90k())
                : new MpdType.Dynamic(startMs, publishMs, targetMs, depthMs, DELAY_TARGETS * targetMs,
                        new UtcTiming(UtcTiming.HTTP_XSDATE, urls.time()));
        return RenderedText.of(MpdWriter.write(new Mpd(type, targetMs, targetMs + ROUNDED_MS, periods.periods())));
    }

    private static int targetDurationS(List<MpdRows> rows) {
        return rows.stream().flatMap(each -> each.rows().stream()).flatMap(row -> row.segments().values().stream())
                .mapToInt(each -> each.start().targetDurationS()).max().orElse(1);
    }
}
