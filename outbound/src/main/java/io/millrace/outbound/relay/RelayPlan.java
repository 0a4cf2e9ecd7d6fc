package io.millrace.outbound.relay;

import io.millrace.platform.log.StreamEntry;
import io.millrace.tools.past.EpochPosition;
import java.util.List;
import java.util.Optional;

/** Decides what a relay sends next. Pure. */
final class RelayPlan {
    /** An epoch that began this recently is sent from its beginning, also by a relay that has no position. */
    static final long YOUNG_MS = 60_000;

    private RelayPlan() {}

    /** The epoch to send, and where to begin in it. */
    sealed interface Work {
        StreamEntry epoch();

        /** At the first frame. */
        record Beginning(StreamEntry epoch) implements Work {}

        /** At the newest keyframe. */
        record Newest(StreamEntry epoch) implements Work {}

        /** At the keyframe where the relay stopped. */
        record Resume(StreamEntry epoch, EpochPosition at) implements Work {}
    }

    /**
     * Returns what to send next; empty if there is nothing to send until the directory changes.
     *
     * @param history the retained epochs of the stream, oldest first
     * @param nowMs wall clock, ms since 1970
     */
    static Optional<Work> next(RelayRule.From from, RelayPosition position, List<StreamEntry> history, long nowMs) {
        return switch (from) {
            case STOPPED -> position.isNone() ? joining(history, nowMs) : stopped(position, history);
            case LIVE -> live(position, history, nowMs);
        };
    }

    private static Optional<Work> stopped(RelayPosition position, List<StreamEntry> history) {
        for (StreamEntry epoch : history) {
            if (epoch.epoch() == position.epoch() && !position.over()) {
                return resume(position, epoch);
            }
            if (epoch.epoch() > position.epoch()) {
                return beginning(epoch);
            }
        }
        return Optional.empty();
    }

    private static Optional<Work> live(RelayPosition position, List<StreamEntry> history, long nowMs) {
        Optional<StreamEntry> newest = newestLive(history);
        if (newest.isEmpty() || newest.get().epoch() != position.epoch()) {
            return newest.isPresent() && newest.get().epoch() > position.epoch()
                    ? joining(history, nowMs)
                    : Optional.empty();
        }
        return position.over() ? Optional.empty() : resume(position, newest.get());
    }

    private static Optional<Work> resume(RelayPosition position, StreamEntry epoch) {
        return position.at().isPresent()
                ? Optional.of(new Work.Resume(epoch, position.at().get()))
                : beginning(epoch);
    }

    private static Optional<Work> joining(List<StreamEntry> history, long nowMs) {
        return newestLive(history).flatMap(epoch -> nowMs - epoch.span().startedAtMs() < YOUNG_MS
                ? beginning(epoch)
                : Optional.of(new Work.Newest(epoch)));
    }

    /** Until the tracks of an epoch are in the directory, nobody can read it. */
    private static Optional<Work> beginning(StreamEntry epoch) {
        return epoch.session().tracks().isEmpty() ? Optional.empty() : Optional.of(new Work.Beginning(epoch));
    }

    private static Optional<StreamEntry> newestLive(List<StreamEntry> history) {
        return history.isEmpty() || history.getLast().state() == StreamEntry.State.ENDED
                ? Optional.empty()
                : Optional.of(history.getLast());
    }
}
