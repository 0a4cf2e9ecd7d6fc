package io.millrace.edge.follow;

import io.millrace.platform.log.StreamEntry;

/** Provides views of epochs, which are read from the index on demand. Thread-safe; never blocks. */
public interface EpochSource {
    /**
     * Follows an epoch of the directory, and returns its watch, which has no view before the index has been read. The
     * epoch is dropped some time after the last call and the last wait; until then, every call returns the same watch.
     */
    Watch watch(StreamEntry epoch);
}
