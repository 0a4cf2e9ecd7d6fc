package io.millrace.edge.view;

import io.millrace.media.mpd.Mpd;
import io.millrace.media.mpd.MpdType;
import io.millrace.media.mpd.MpdWriter;
import io.millrace.media.mpd.UtcTiming;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import java.util.ArrayList;
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
    private static final int TICKS_A_MS = Ticks.MPEG / Ticks.MILLIS;
    /** How far behind the present players should play, in target durations. */
    private static final int DELAY_TARGETS = 3;
    /** A segment may exceed the target duration by less than this. */
    private static final int ROUNDED_MS = 500;

    /**
     * The URLs that an MPD contains, relative to its own.
     *
     * @param media of the stream's media, up to the {@code @} of an epoch
     * @param location of the MPD of the same epochs, from which players load updates; empty for its own URL
     * @param time of {@link #TIME_PATH}
     */
    public record Urls(String media, String location, String time) {
        /** Returns the URLs for {@code /live/show.mpd}. */
        public static Urls ofStream(String stream, String epochs, String query) {
            String name = stream.substring(stream.lastIndexOf('/') + 1);
            return new Urls(name + '/', name + "/@" + epochs + '/' + FILE + query, up(stream, 0));
        }

        /** Returns the URLs for {@code /live/show/@17.8c1e2f3a9b0d/index.mpd}. */
        public static Urls ofEpochs(String stream) {
            return new Urls("../", "", up(stream, 2));
        }

        private static String up(String stream, int more) {
            int depth = more + (int) stream.chars().filter(c -> c == '/').count();
            return "../".repeat(depth) + TIME_PATH.substring(1);
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
        Map<RenditionId, List<Segment>> listed = new HashMap<>();
        long newest = lineup.renditions().stream().map(view::of).filter(RenditionView::isListed)
                .mapToLong(RenditionView::newest).min().orElse(-1);
        for (RenditionId rendition : lineup.renditions()) {
            RenditionView its = view.of(rendition);
            if (its.isListed() && its.oldest() <= newest) {
                listed.put(rendition,
                        List.copyOf(its.segments().subMap(its.oldest(), true, newest, true).values()));
            }
        }
        MpdRows rows = MpdRows.of(entry, listed);
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
     * Renders the MPD of a range of past media.
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
            Map<RenditionId, List<Segment>> listed = new HashMap<>();
            playlists.forEach((rendition, playlist) -> playlist.shares().stream()
                    .filter(share -> share.epoch().epoch() == epoch.epoch())
                    .forEach(share -> listed.put(rendition, share.segments())));
            MpdRows rows = MpdRows.of(epoch, listed);
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

    private static RenderedText render(MpdPeriods periods, List<MpdRows> rows, long startMs, long depthMs,
            boolean ended, Urls urls) {
        long targetMs = targetDurationS(rows) * 1_000L;
        long publishMs = rows.getLast().rows().getLast().endMs();
        MpdType type = ended
                ? new MpdType.Static(periods.end90k())
                : new MpdType.Dynamic(startMs, publishMs, targetMs, depthMs, DELAY_TARGETS * targetMs,
                        new UtcTiming(UtcTiming.HTTP_XSDATE, urls.time()));
        return RenderedText.of(MpdWriter.write(new Mpd(type, targetMs, targetMs + ROUNDED_MS,
                ended ? "" : urls.location(), periods.periods())));
    }

    private static int targetDurationS(List<MpdRows> rows) {
        return rows.stream().flatMap(each -> each.rows().stream()).flatMap(row -> row.segments().values().stream())
                .mapToInt(each -> each.start().targetDurationS()).max().orElse(1);
    }
}
