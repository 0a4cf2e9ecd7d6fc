package io.millrace.outbound.relay;

import io.millrace.tools.past.EpochPosition;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/**
 * Decides which keyframe a relay may continue at after its target, its process or the network has failed. A server that
 * dies loses what it had not read yet, so a keyframe counts once media has been sent for {@link #SETTLED_MS} after it.
 * The first one counts at once: before it, nothing was sent. Pure; confined to one thread.
 */
final class SentKeyframes {
    /** Time from the sending of a keyframe until the target has surely received what came before it. */
    static final long SETTLED_MS = 1_000;
    /**
     * Keyframes that are sent sooner than this after the previous one are skipped: in a stream without video, playback
     * can begin with every frame.
     */
    static final long CLOSEST_MS = 250;

    private record Sent(EpochPosition at, long sentMs) {}

    private final Queue<Sent> unsettled = new ArrayDeque<>();
    private long newestMs;
    private boolean any;

    /**
     * Called after a frame was written to the connection.
     *
     * @param keyframe its position, if playback can begin with it
     * @param nowMs monotonic clock, ms
     * @return the keyframe at which to continue from now on, if it has changed
     */
    Optional<EpochPosition> sent(Optional<EpochPosition> keyframe, long nowMs) {
        Optional<EpochPosition> settled = Optional.empty();
        while (!unsettled.isEmpty() && nowMs - unsettled.peek().sentMs() >= SETTLED_MS) {
            settled = Optional.of(unsettled.remove().at());
        }
        if (keyframe.isPresent() && !any) {
            any = true;
            newestMs = nowMs;
            return keyframe;
        }
        if (keyframe.isPresent() && nowMs - newestMs >= CLOSEST_MS) {
            newestMs = nowMs;
            unsettled.add(new Sent(keyframe.get(), nowMs));
        }
        return settled;
    }
}
