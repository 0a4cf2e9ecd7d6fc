package io.millrace.edge.follow;

import io.millrace.platform.log.StreamEntry;

/** Views of epochs, read from the index on demand. Thread-safe; never blocks. */
public interface EpochSource {
    /** Follows an epoch of the directory. Returns the same object for as long as the epoch is requested. */
    Watch watch(StreamEntry epoch);
}
