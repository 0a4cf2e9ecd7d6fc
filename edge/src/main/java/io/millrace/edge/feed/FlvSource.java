package io.millrace.edge.feed;

/** The live tail of packets as FLV tags. Thread-safe; never blocks. */
public interface FlvSource {
    /** Starts {@code sink} as soon as the tracks of the stream's newest epoch are known. */
    void join(String stream, FlvSink sink);

    /** The viewer is gone; harmless if it has ended already. */
    void leave(String stream, FlvSink sink);
}
