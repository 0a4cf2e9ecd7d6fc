package io.millrace.edge.fanout;

/** The live tail of {@code packets} as FLV tags. Thread-safe; never blocks. */
public interface FlvSource {
    /** Starts {@code sink} as soon as the tracks of the stream's newest epoch are known. */
    void join(String stream, FlvSink sink);

    /** Removes a viewer that has left; has no effect if it has ended already. */
    void leave(String stream, FlvSink sink);
}
