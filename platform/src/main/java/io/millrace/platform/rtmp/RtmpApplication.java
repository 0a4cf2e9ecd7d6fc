package io.millrace.platform.rtmp;

import io.millrace.platform.access.AccessRequest;
import io.millrace.platform.publish.PublishAnswer;
import io.millrace.platform.publish.PublishApplication;
import io.millrace.platform.publish.Publisher;
import java.util.concurrent.CompletionStage;

/** The application behind an RTMP server: how it serves publishers and players. */
public interface RtmpApplication extends PublishApplication, PlayApplication {
    /** Combines two applications into one. */
    static RtmpApplication of(PublishApplication publishers, PlayApplication players) {
        return new RtmpApplication() {
            @Override
            public CompletionStage<PublishAnswer> publish(AccessRequest request, Publisher publisher) {
                return publishers.publish(request, publisher);
            }

            @Override
            public CompletionStage<PlayAnswer> play(PlayRequest request, Player player) {
                return players.play(request, player);
            }
        };
    }
}
