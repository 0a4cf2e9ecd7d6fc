package io.millrace.edge.feed;

import io.millrace.platform.log.StreamEntry;

/** What the index tells of the epochs that are asked for. Thread-safe; never blocks. */
public interface EpochSource {
    /** Follows an epoch of the directory; the same object for as long as it is asked for. */
    Watch watch(StreamEntry epoch);
}
