package io.millrace.platform.rtmp;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Serves publishers. Called on an event loop; must not block. */
@FunctionalInterface
public interface PublishApplication {
    /**
     * Decides a request to publish. The answer may complete on any thread; the encoder waits for it. It completes
     * exceptionally only because of a bug. If the encoder
     * leaves meanwhile, the sink of a later answer gets {@link PublishSink#ended} immediately.
     */
    CompletionStage<PublishAnswer> publish(PublishRequest request, Publisher publisher);

    /**
     * Returns an application that refuses every publisher. @param description tells the user where to publish instead
     */
    static PublishApplication none(String description) {
        return (_, _) -> CompletableFuture
                .completedFuture(new PublishAnswer.Refused("NetStream.Publish.Denied", description));
    }
}
