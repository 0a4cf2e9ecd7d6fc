package io.millrace.platform.rtmp;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What a service does with those who publish. Called on an event loop; must not block. */
@FunctionalInterface
public interface PublishApplication {
    /**
     * An encoder asks to publish. The answer may complete on any thread; until then the encoder waits. If it leaves
     * meanwhile, a sink that is answered later gets {@link PublishSink#ended} at once.
     */
    CompletionStage<PublishAnswer> publish(PublishRequest request, Publisher publisher);

    /** Takes nobody. @param description tells people where to go instead */
    static PublishApplication none(String description) {
        return (_, _) -> CompletableFuture
                .completedFuture(new PublishAnswer.Refused("NetStream.Publish.Denied", description));
    }
}
