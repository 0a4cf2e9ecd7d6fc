package io.millrace.platform.rtmp;

/** Serves players. Called on an event loop; must not block. */
@FunctionalInterface
public interface PlayApplication {
    /** Decides a request to play. Returns at once; an accepted player waits until {@link Player#start}. */
    PlayAnswer play(PlayRequest request, Player player);

    /** Returns an application that refuses every player. @param description tells the user where to play instead */
    static PlayApplication none(String description) {
        return (_, _) -> new PlayAnswer.Refused("NetStream.Play.Failed", description);
    }
}
