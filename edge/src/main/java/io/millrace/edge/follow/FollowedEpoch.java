package io.millrace.edge.follow;

import io.millrace.edge.view.EpochPlaylists;
import io.millrace.platform.directory.Withdrawals;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.IndexRecord;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.StreamEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * One epoch that the index feed follows. Holds back new records until the older ones have been read and folded.
 * Confined to the feed's thread, except for {@link #watch}, {@link #stream} and {@link #number}, which never change.
 */
public final class FollowedEpoch {
    /** Extra time to read back, because records are written a little after their media times, and clocks differ. */
    private static final long SLACK_MS = 30_000;
    /** The time to read back is multiplied by this factor if it was too short. */
    private static final int DEEPER = 4;
    /**
     * In an epoch without a record of its end, segments that are still missing this long after the grace period are
     * given up.
     */
    private static final long LATE_MS = 60_000;

    private final Watch watch;
    private final String stream;
    private final long number;
    private final Supplier<Withdrawals> withdrawals;
    /** The withdrawals that have been applied: playlists list their segments as gaps. */
    private Withdrawals obeyed = Withdrawals.NONE;
    private StreamEntry entry;
    private EpochPlaylists playlists;
    /** Records that arrived while older ones are read. */
    private final List<IndexRecord> heldBack = new ArrayList<>();
    /** Older records are being read; {@link #playlists} is null. */
    private boolean filling = true;
    /** Offset in {@code index} of the first new record. */
    private long fillTo;
    /** How far to read back before the newest media. */
    private long spanMs;
    /** The playlists have ended. */
    private boolean ended;

    /** Creates an epoch of which nothing is withdrawn. */
    FollowedEpoch(StreamEntry entry, Watch watch) {
        this(entry, watch, () -> Withdrawals.NONE);
    }

    /** @param withdrawals returns the withdrawn ranges of the stream as of now */
    FollowedEpoch(StreamEntry entry, Watch watch, Supplier<Withdrawals> withdrawals) {
        this.entry = entry;
        this.withdrawals = withdrawals;
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

    /**
     * Returns the number of the last segment if the epoch has ended and is one whose end the index does not record,
     * otherwise -1.
     */
    long lastSegment() {
        return !endsByRecord() && entry.state() == StreamEntry.State.ENDED ? entry.playlist().lastSegment() : -1;
    }

    /** Sets the offset of the first new record in {@code index}. A backfill reads the records before it. */
    void fillTo(long offset) {
        fillTo = offset;
    }

    long fillTo() {
        return fillTo;
    }

    /** Returns the time of the oldest record to read, ms since 1970. */
    long fillFromMs(long nowMs) {
        long newestMs = entry.span().endMs(nowMs);
        return newestMs - spanMs;
    }

    /**
     * Folds the older records, then those held back, and publishes the first view. Returns false if the backfill does
     * not reach back far enough: the caller must read again, from the new {@link #fillFromMs}.
     */
    boolean filled(IndexBackfill backfill) {
        var past = new EpochPlaylists(entry.rules());
        tellTracks(past);
        backfill.records().forEach(record -> fold(past, record));
        if (backfill.fromBeginning()) {
            past.beginningReached();
        }
        if (!past.isFilled()) {
            spanMs *= DEEPER;
            return false;
        }
        playlists = past;
        obeyed = Withdrawals.NONE;
        obey();
        heldBack.forEach(record -> fold(playlists, record));
        heldBack.clear();
        filling = false;
        endIfComplete();
        publish();
        return true;
    }

    /**
     * Folds the next record of the stream, or holds it back.
     *
     * @param offset of the record in {@code index}
     * @return whether viewers see a change
     */
    boolean next(long offset, IndexRecord next) {
        if (offset < fillTo) {
            return false;
        }
        if (filling) {
            heldBack.add(next);
            return false;
        }
        boolean news = fold(playlists, next);
        if (news) {
            endIfComplete();
            publish();
        }
        return news;
    }

    private boolean fold(EpochPlaylists into, IndexRecord record) {
        if (record.epoch() < number) {
            return false;
        }
        return switch (record) {
            case IndexedPart next when next.epoch() == number -> into.fold(next);
            // A later epoch begins after the end of this one, even if the record of that end was lost.
            case IndexedPart _,EpochEnded _ -> endsByRecord() && into.end();
        };
    }

    private boolean endsByRecord() {
        return entry.rules().endsByRecord();
    }

    /** Tells the tracks once the target durations are determined with them, or nothing can change them any more. */
    private void tellTracks(EpochPlaylists of) {
        if (entry.playlist().targetDurationS() > 0 || entry.state() == StreamEntry.State.ENDED) {
            of.tracks(entry.session().tracks(), entry.playlist().partTargetTicks());
        }
    }

    private void obey() {
        Withdrawals now = withdrawals.get();
        if (!now.equals(obeyed)) {
            obeyed = now;
            playlists.withdraw(now.segments(number));
        }
    }

    /** Called with a newer directory entry of the epoch, and when media of the stream is withdrawn. */
    void update(StreamEntry newest) {
        entry = newest;
        if (!filling) {
            tellTracks(playlists);
            obey();
            endIfComplete();
            // Even if nothing has changed, because requests may wait for the tracks.
            publish();
        }
    }

    /**
     * Ends the playlists of an epoch whose end the index does not record, once they list the last segment. The directory
     * may report the end of the epoch before that.
     */
    private void endIfComplete() {
        if (isEnding() && playlists.newest() >= entry.playlist().lastSegment()) {
            end();
        }
    }

    /** Ends the playlists without their missing segments if {@link #isLate}: the packager could not make them. */
    void endIfLate(long nowMs) {
        if (isEnding() && isLate(entry, nowMs)) {
            end();
            publish();
        }
    }

    /**
     * Returns whether an epoch whose end the index does not record has been over for so long that its missing segments
     * are given up.
     */
    public static boolean isLate(StreamEntry epoch, long nowMs) {
        return !epoch.rules().endsByRecord() && epoch.state() == StreamEntry.State.ENDED
                && nowMs - epoch.span().endedAtMs() > epoch.rules().graceMs() + LATE_MS;
    }

    private boolean isEnding() {
        return !endsByRecord() && entry.state() == StreamEntry.State.ENDED && !filling && !ended;
    }

    private void end() {
        ended = true;
        playlists.end();
    }

    private void publish() {
        watch.publish(playlists.view());
    }
}
