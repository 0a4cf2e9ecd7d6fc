package io.millrace.edge.view;

import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.Renditions;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.TrackId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.stream.Stream;

/**
 * The live media playlists of one epoch, one for each rendition: a pure fold over the index. The renditions have their
 * segment numbers and discontinuity numbers in common; each lists its own segments as {@link StreamPlaylist} describes.
 *
 * <p>Confined to one thread; the {@link EpochView}s that it returns are immutable.
 */
public final class EpochPlaylists {
    private static final RenditionId DEFAULT_VIDEO = RenditionId.cmaf(TrackId.VIDEO);
    private static final RenditionId DEFAULT_AUDIO = RenditionId.cmaf(TrackId.AUDIO);

    private final EpochRules rules;
    private final Map<RenditionId, StreamPlaylist> playlists = new HashMap<>();
    private final Map<RenditionId, RenditionView> views = new HashMap<>();
    /** Renditions that have changed since {@link #views} was updated. */
    private final Set<RenditionId> changed = new HashSet<>();
    private boolean tracksKnown;
    /** The renditions in CMAF, in the order of their tracks; empty until the tracks are known. */
    private final Set<RenditionId> withParts = new TreeSet<>(Comparator.comparing(each -> each.tracks().getFirst()));
    private long partTargetTicks;
    /** The newest part that all renditions in CMAF have; null if there is none. */
    private Front front;
    private PartsTexts texts = new PartsTexts();
    private LongPredicate withdrawn = _ -> false;
    private IndexEntry newestKeyframe;
    /** Number of the oldest segment that a rendition has listed from its first part on. */
    private long oldestRead = Long.MAX_VALUE;
    /** See {@link #beginningReached}. */
    private boolean beginningKnown;
    private boolean ended;

    public EpochPlaylists(EpochRules rules) {
        this.rules = rules;
    }

    /**
     * Sets the tracks of the epoch, of which the renditions in CMAF follow. Further calls have no effect. The directory
     * no longer lists a track that has left, so the renditions in the index count, too: the playlists must not depend on
     * when an edge has read the directory.
     *
     * @param targetTicks PART-TARGET, 90 kHz; 0 in epochs whose directory entry does not have it
     */
    public void tracks(List<Track> tracks, long targetTicks) {
        if (!tracksKnown) {
            tracksKnown = true;
            Stream.concat(Renditions.of(rules, tracks).stream(), playlists.keySet().stream())
                    .filter(each -> each.format() == Format.CMAF).forEach(withParts::add);
            partTargetTicks = targetTicks == 0 ? FormerPartTarget.ticks(rules, tracks) : targetTicks;
            advance();
        }
    }

    /** Folds the next index record of the epoch. Returns whether it changed a playlist. */
    public boolean fold(IndexedPart part) {
        if (ended) {
            return false;
        }
        boolean news = playlists.computeIfAbsent(part.rendition(), this::begin).fold(part);
        if (news) {
            oldestRead = Math.min(oldestRead, part.id().segment());
            changed.add(part.rendition());
            if (tracksKnown && part.rendition().format() == Format.CMAF) {
                withParts.add(part.rendition());
                advance();
            }
            if (part instanceof IndexEntry entry) {
                keyframe(entry);
            }
        }
        return news;
    }

    private StreamPlaylist begin(RenditionId rendition) {
        var playlist = new StreamPlaylist(rules, rendition);
        playlist.withdraw(withdrawn);
        return playlist;
    }

    /**
     * Lists segments as gaps from now on, because they are withdrawn, and no longer those that were withdrawn before.
     * This is the only change that playlists make to segments that they have listed.
     */
    public void withdraw(LongPredicate segmentNumbers) {
        withdrawn = segmentNumbers;
        // Playlists as of a part are rendered again, too.
        texts = new PartsTexts();
        playlists.values().forEach(each -> each.withdraw(segmentNumbers));
        changed.addAll(playlists.keySet());
    }

    private void keyframe(IndexEntry entry) {
        boolean leads = entry.rendition().equals(RenditionId.TS) || entry.rendition().equals(DEFAULT_VIDEO);
        boolean alone = entry.rendition().equals(DEFAULT_AUDIO)
                && (newestKeyframe == null || newestKeyframe.rendition().equals(DEFAULT_AUDIO));
        if ((leads || alone) && entry.independent() && entry.keyframe().offset() >= 0) {
            newestKeyframe = entry;
        }
    }

    /** Called if the index was read from the oldest entry that it retains of this epoch. */
    public void beginningReached() {
        beginningKnown = true;
    }

    /** Ends the playlists: entries that follow are ignored. Returns whether this changed them. */
    public boolean end() {
        if (ended) {
            return false;
        }
        ended = true;
        playlists.values().forEach(StreamPlaylist::end);
        changed.addAll(playlists.keySet());
        return true;
    }

    /**
     * Returns whether reading began early enough: no older segment belongs in the window of a rendition. A rendition
     * without the first segment of which all records were read began later in the epoch, and is known completely.
     */
    public boolean isFilled() {
        return beginningKnown || !playlists.isEmpty() && playlists.values().stream()
                .allMatch(each -> each.isFilled() || each.oldest() - 1 > oldestRead);
    }

    /** Returns the number of the newest segment that all renditions list, -1 if there is none. */
    public long newest() {
        return playlists.values().stream().mapToLong(StreamPlaylist::newest).min().orElse(-1);
    }

    /** Returns the playlists with parts; null if there are none yet. */
    private PartsView parts() {
        if (front == null) {
            return null;
        }
        Map<RenditionId, PartsView.Rendition> known = new LinkedHashMap<>();
        for (RenditionId each : withParts) {
            if (views.containsKey(each)) {
                known.put(each, new PartsView.Rendition(views.get(each).segments(),
                        playlists.get(each).shownParts(), playlists.get(each).oldest() - 1 > oldestRead));
            }
        }
        return new PartsView(rules, partTargetTicks, known, front, ended, texts);
    }

    private void advance() {
        List<RecentParts> parts = withParts.stream()
                .map(each -> playlists.containsKey(each) ? playlists.get(each).parts() : new RecentParts()).toList();
        FrontRule.of(parts).filter(next -> front == null || next.compareTo(front) > 0).ifPresent(next -> front = next);
    }

    /** Returns the current view. Renditions without changes are the same objects as in the previous view. */
    public EpochView view() {
        changed.forEach(rendition -> views.put(rendition, playlists.get(rendition).view()));
        changed.clear();
        return new EpochView(views, ended, newestKeyframe, tracksKnown, parts());
    }
}
