package io.millrace.platform.rtmp;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Serves players. Called on an event loop; must not block. */
@FunctionalInterface
public interface PlayApplication {
    /**
     * Decides a request to play. The answer may complete on any thread; an accepted player waits until {@link
     * Player#start}. If the player disconnects before the answer, the sink of an accepting answer gets {@link
     * PlaySink#ended} immediately.
     */
    CompletionStage<PlayAnswer> play(PlayRequest request, Player player);

    /**
     * Returns an application that refuses every player.
     *
     * @param description tells the user where to play instead
     */
    static PlayApplication none(String description) {
        return (_, _) -> CompletableFuture
                .completedFuture(new PlayAnswer.Refused("NetStream.Play.Failed", description));
    }
}
