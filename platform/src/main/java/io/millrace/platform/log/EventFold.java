package io.millrace.platform.log;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Recognizes repetitions in {@code events}: a pure fold over one partition, in log order. A segmenter repeats events
 * after a restart, but every writer writes the events of a stream in the order of their causes, so an event that is not
 * greater than the greatest one of its stream is a repetition. Expiries have an order of their own, because they report
 * older epochs while newer ones run.
 *
 * <p>Bounded memory: the stream that has been without events for the longest time is forgotten when there are too many;
 * a repetition of its events counts as new. Confined to one thread.
 */
public final class EventFold {
    private static final StreamEvent.Cause NONE = new StreamEvent.Cause(-1, -1);
    private final Map<String, Seen> seen = new LinkedHashMap<>(16, 0.75f, true);
    private final int limit;

    private record Seen(StreamEvent.Cause life, StreamEvent.Cause expiry) {}

    /** @param limit maximum number of streams in memory */
    public EventFold(int limit) {
        this.limit = limit;
    }

    /** Folds the next event. Returns whether it is new. */
    public boolean isNew(StreamEvent event) {
        Seen before = seen.getOrDefault(event.stream(), new Seen(NONE, NONE));
        boolean expires = event.type() == StreamEvent.Type.EXPIRED;
        if (event.cause().compareTo(expires ? before.expiry() : before.life()) <= 0) {
            return false;
        }
        seen.put(event.stream(), expires
                ? new Seen(before.life(), event.cause())
                : new Seen(event.cause(), before.expiry()));
        if (seen.size() > limit) {
            seen.remove(seen.keySet().iterator().next());
        }
        return true;
    }
}
