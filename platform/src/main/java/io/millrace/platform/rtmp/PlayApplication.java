package io.millrace.platform.rtmp;

/** What a service does with those who play. Called on an event loop; must not block. */
@FunctionalInterface
public interface PlayApplication {
    /** A player asks for a stream. The answer is at once; what it accepts may be held until {@link Player#start}. */
    PlayAnswer play(PlayRequest request, Player player);

    /** Serves nobody. @param description tells people where to go instead */
    static PlayApplication none(String description) {
        return (_, _) -> new PlayAnswer.Refused("NetStream.Play.Failed", description);
    }
}
