package io.millrace.platform.rtmp;

import java.util.concurrent.CompletionStage;

/** What a service does with the connections of the RTMP server. Called on an event loop; must not block. */
public interface RtmpApplication {
    /**
     * An encoder asks to publish. The answer may complete on any thread; until then the connection waits. If the
     * encoder leaves meanwhile, a sink that is answered later gets {@link PublishSink#ended} at once.
     */
    CompletionStage<PublishAnswer> publish(PublishRequest request, Publisher publisher);

    /** What a player that asks this listener is told; the connection is then closed. */
    String playRefusal();
}
