package io.millrace.platform.publish;

import io.millrace.platform.access.AccessRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Serves publishers. Called on an event loop; must not block. */
@FunctionalInterface
public interface PublishApplication {
    /**
     * Decides a request to publish. The answer may complete on any thread; the encoder waits for it. It completes
     * exceptionally only because of a bug; if the log fails, it is {@link PublishAnswer.Refused}. If the encoder
     * disconnects before the answer, the sink of an accepting answer gets {@link PublishSink#ended} immediately.
     */
    CompletionStage<PublishAnswer> publish(AccessRequest request, Publisher publisher);

    /**
     * Returns an application that refuses every publisher.
     *
     * @param description tells the user where to publish instead
     */
    static PublishApplication none(String description) {
        return (_, _) -> CompletableFuture
                .completedFuture(new PublishAnswer.Refused(PublishEnd.DENIED, description));
    }
}
