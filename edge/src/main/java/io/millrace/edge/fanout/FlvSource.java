package io.millrace.edge.fanout;

/** Delivers the FLV tags of live streams, from the live tail of {@code packets}. Thread-safe; never blocks. */
public interface FlvSource {
    /**
     * Adds a viewer. It is started once the tracks of the stream's newest epoch are known, the ring has a tag where the
     * viewer can begin, and the publisher is connected. May also end it, or reject it as busy, instead.
     */
    void join(String stream, FlvSink sink);

    /** Removes a viewer that has left. Has no effect if the source has ended it. */
    void leave(String stream, FlvSink sink);
}
