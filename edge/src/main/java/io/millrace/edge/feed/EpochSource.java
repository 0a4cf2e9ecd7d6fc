package io.millrace.edge.feed;

import io.millrace.edge.live.Segment;
import io.millrace.platform.log.StreamEntry;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/** What the index tells of the epochs that are asked for. Thread-safe; never blocks. */
public interface EpochSource {
    /** Follows an epoch of the directory; the same object for as long as it is asked for. */
    Watch watch(StreamEntry epoch);

    /**
     * Looks for a segment that is older than what the watch holds; empty if the index has no such segment any more.
     * Fails with {@link BusyException} if too many look already.
     */
    CompletionStage<Optional<Segment>> find(StreamEntry epoch, long segment);

    /** Wall clock of the oldest segment of the stream whose bytes are still there, ms since 1970; empty without one. */
    CompletionStage<OptionalLong> availableFromMs(String stream);
}
