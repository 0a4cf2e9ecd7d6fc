package io.millrace.edge.hls;

import io.millrace.edge.exchange.ApiError;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.exchange.ResponseOwner;
import io.millrace.edge.follow.Watch;
import io.millrace.edge.view.EpochView;
import io.millrace.platform.directory.Waiters;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.EventExecutor;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Requests that wait for the same thing to appear in an epoch, such as a part. Thousands of players request the same
 * part of a playlist at the same time: those on one event loop form a group, which waits once and is woken once.
 *
 * <p>Thread-safe; called on event loops. Each group is confined to its event loop. The number of requests is limited;
 * one more is answered with 503.
 */
final class HeldGroups {
    private static final int RETRY_AFTER_S = 1;

    /** @param what identifies what the group waits for, among all that is awaited of the epoch */
    private record Key(Watch watch, Object what) {}

    private final HeldCount held;
    /** The groups of each event loop, confined to it. */
    private final Map<EventExecutor, Map<Key, Group>> groups = new ConcurrentHashMap<>();

    HeldGroups(HeldLimits limits) {
        held = new HeldCount(limits);
    }

    /** Returns how many requests wait. */
    int size() {
        return held.total();
    }

    /**
     * Holds a request until the first view that satisfies {@code wanted}.
     *
     * @param what with {@code wanted}, is equal for all requests that wait for the same thing in the same epoch
     * @param limitMs time after which {@code onTimeout} runs
     * @param then receives the view and answers the request, on its event loop
     * @param onTimeout answers the request in time or when the edge is about to shut down, on its event loop
     */
    void hold(Responder responder, Watch watch, Object what, Predicate<EpochView> wanted, long limitMs,
            Consumer<EpochView> then, Runnable onTimeout) {
        if (!held.enter(responder.request().network())) {
            responder.error(HttpResponseStatus.SERVICE_UNAVAILABLE,
                    ApiError.of("too_many_held", "too many requests are waiting, try again"),
                    headers -> headers.set(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_S));
            return;
        }
        Map<Key, Group> onLoop = groups.computeIfAbsent(responder.loop(), _ -> new HashMap<>());
        Key key = new Key(watch, what);
        Group group = onLoop.computeIfAbsent(key, _ -> new Group(onLoop, key));
        Parked parked = new Parked(responder, group, then, onTimeout);
        group.requests.add(parked);
        responder.hold(parked, limitMs);
        // The wait begins last: the view may exist already.
        if (!parked.over && group.waiting == null) {
            group.waiting = watch.await(wanted, view -> responder.loop().execute(() -> group.found(view)));
        }
    }

    /** The requests of one event loop that wait for the same thing. */
    private static final class Group {
        private final Map<Key, Group> onLoop;
        private final Key key;
        private final Set<Parked> requests = new LinkedHashSet<>();
        /** Null before the first request waits. */
        private Waiters.Waiting waiting;

        Group(Map<Key, Group> onLoop, Key key) {
            this.onLoop = onLoop;
            this.key = key;
        }

        void found(EpochView view) {
            onLoop.remove(key, this);
            // A copy, because each answer removes its request. Each is a task of its own, so that a bug ends only one.
            List.copyOf(requests).forEach(each -> each.responder.execute(() -> each.found(view)));
        }

        void remove(Parked parked) {
            requests.remove(parked);
            if (requests.isEmpty()) {
                onLoop.remove(key, this);
                if (waiting != null) {
                    waiting.cancel();
                }
            }
        }
    }

    /** One request. Confined to its event loop. */
    private final class Parked implements ResponseOwner {
        private final Responder responder;
        private final Group group;
        private final Consumer<EpochView> then;
        private final Runnable onTimeout;
        private boolean over;

        Parked(Responder responder, Group group, Consumer<EpochView> then, Runnable onTimeout) {
            this.responder = responder;
            this.group = group;
            this.then = then;
            this.onTimeout = onTimeout;
        }

        void found(EpochView view) {
            if (!over) {
                stop();
                responder.release();
                then.accept(view);
            }
        }

        @Override
        public void giveUp() {
            stop();
            responder.release();
            onTimeout.run();
        }

        @Override
        public void clientLeft() {
            stop();
        }

        private void stop() {
            over = true;
            held.leave(responder.request().network());
            group.remove(this);
        }
    }
}
