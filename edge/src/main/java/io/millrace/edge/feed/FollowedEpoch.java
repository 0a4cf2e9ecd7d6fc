package io.millrace.edge.feed;

import io.millrace.edge.live.StreamPlaylist;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.StreamEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * One epoch that the index feed follows: what comes at the end of the log, kept back until the past has been read and put
 * in front of it. Confined to the feed's thread, but for {@link #watch} and what never changes.
 */
final class FollowedEpoch {
    /** Records are written a little after what they tell of; clocks differ a little. */
    private static final long SLACK_MS = 30_000;
    private static final int DEEPER = 4;
    /** An ended epoch whose last segments have not come by then, after its grace, will not get them any more. */
    private static final long LATE_MS = 60_000;

    private final Watch watch;
    private final Format format;
    private final String stream;
    private final long number;
    private StreamEntry entry;
    private StreamPlaylist playlist;
    private final List<IndexEntry> comeMeanwhile = new ArrayList<>();
    private boolean filling = true;
    private long fillTo;
    private long spanMs;
    private boolean ended;

    FollowedEpoch(StreamEntry entry, Format format, Watch watch) {
        this.entry = entry;
        this.format = format;
        this.watch = watch;
        stream = entry.stream();
        number = entry.epoch();
        spanMs = 2L * entry.rules().windowMs() + SLACK_MS;
    }

    Watch watch() {
        return watch;
    }

    String stream() {
        return stream;
    }

    long number() {
        return number;
    }

    Format format() {
        return format;
    }

    /** Number of its last segment once it has ended, else -1. */
    long lastSegment() {
        return entry.state() == StreamEntry.State.ENDED ? entry.lastSegment() : -1;
    }

    /** The past ends where the feed began to follow. */
    void fillTo(long offset) {
        fillTo = offset;
    }

    long fillTo() {
        return fillTo;
    }

    /** When the part of the past that is read was written at the earliest. */
    long fillFromMs(long nowMs) {
        long newestMs = entry.endedAtMs() == 0 ? nowMs : entry.endedAtMs();
        return newestMs - spanMs;
    }

    /** The past has come; false if it does not reach back far enough and more of it must be read. */
    boolean filled(IndexStretch stretch) {
        var past = new StreamPlaylist(entry.rules(), format);
        stretch.entries().forEach(past::fold);
        if (stretch.fromBeginning()) {
            past.beginningReached();
        }
        if (!past.isFilled()) {
            spanMs *= DEEPER;
            return false;
        }
        playlist = past;
        comeMeanwhile.forEach(playlist::fold);
        comeMeanwhile.clear();
        filling = false;
        endIfComplete();
        publish();
        return true;
    }

    /** The next record. Gives whether viewers see something new. */
    boolean next(long offset, IndexEntry next) {
        if (offset < fillTo) {
            return false;
        }
        if (filling) {
            comeMeanwhile.add(next);
            return false;
        }
        boolean news = playlist.fold(next);
        if (news) {
            endIfComplete();
            publish();
        }
        return news;
    }

    void update(StreamEntry newest) {
        entry = newest;
        if (!filling) {
            endIfComplete();
            // Who waits for the tracks looks again.
            publish();
        }
    }

    /** The directory may run ahead of the index: the playlist ends with the epoch's last segment, on every edge. */
    private void endIfComplete() {
        if (isEnding() && playlist.newest() >= entry.lastSegment()) {
            end();
        }
    }

    /** Gives up on segments that a packager could not make. */
    void endIfLate(long nowMs) {
        if (isEnding() && isLate(entry, nowMs)) {
            end();
            publish();
        }
    }

    /** Whether segments that an ended epoch has not got yet will not come any more. */
    static boolean isLate(StreamEntry epoch, long nowMs) {
        return epoch.state() == StreamEntry.State.ENDED
                && nowMs - epoch.endedAtMs() > epoch.rules().graceMs() + LATE_MS;
    }

    private boolean isEnding() {
        return entry.state() == StreamEntry.State.ENDED && !filling && !ended;
    }

    private void end() {
        ended = true;
        playlist.end();
    }

    private void publish() {
        watch.publish(playlist.view());
    }
}
