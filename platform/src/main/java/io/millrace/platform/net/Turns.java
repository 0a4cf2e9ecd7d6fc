package io.millrace.ingest.policy;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/**
 * Limits how many questions run at a time. The others wait, because after a restart all encoders connect at the same
 * moment; networks take turns, so one that asks many questions delays only its own. A question whose connection has
 * closed keeps its place until its time-out, so the number of waiting questions has a limit as well.
 *
 * <p>Thread-safe and non-blocking.
 */
final class Turns {
    /** Four times the number of connections that may exist without a publish; each waiting question takes a few KB. */
    static final int WAITING_MAX = 4_000;
    /** Four times the number of connections that one network may have. */
    static final int WAITING_OF_NETWORK = WAITING_MAX / 4;

    static final class FullException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private FullException() {
            super("too many questions wait already", null, false, false);
        }
    }

    /** The turn of one question. The caller must call {@link #done} even if it fails. */
    static final class Turn {
        private final String network;
        private final CompletableFuture<Void> begin = new CompletableFuture<>();
        private boolean running;

        private Turn(String network) {
            this.network = network;
        }

        /** Completes when the turn comes; fails immediately if too many questions wait. */
        CompletableFuture<Void> begin() {
            return begin;
        }
    }

    /** The questions of one network. */
    private static final class Line {
        private final Queue<Turn> waiting = new ArrayDeque<>();
        private int running;
    }

    private final int mostOfNetwork;
    /** The networks with a question, in the order of their next turns. */
    private final Map<String, Line> lines = new LinkedHashMap<>();
    private int free;
    private int waiting;

    /** @param atOnce limit of running questions; one network may have three quarters of them */
    Turns(int atOnce) {
        free = atOnce;
        mostOfNetwork = Math.max(1, atOnce / 4 * 3);
    }

    Turn next(String network) {
        Turn turn = new Turn(network);
        synchronized (lines) {
            Line line = lines.computeIfAbsent(network, _ -> new Line());
            if (free > 0 && line.running < mostOfNetwork) {
                run(turn, line);
            } else if (waiting < WAITING_MAX && line.waiting.size() < WAITING_OF_NETWORK) {
                line.waiting.add(turn);
                waiting++;
                return turn;
            } else {
                forget(network, line);
            }
        }
        if (turn.running) {
            turn.begin.complete(null);
        } else {
            turn.begin.completeExceptionally(new FullException());
        }
        return turn;
    }

    void done(Turn turn) {
        Turn successor = null;
        synchronized (lines) {
            Line line = lines.get(turn.network);
            if (turn.running) {
                turn.running = false;
                line.running--;
                free++;
                successor = successor();
            } else if (line != null && line.waiting.remove(turn)) {
                waiting--;
            }
            if (line != null) {
                forget(turn.network, line);
            }
        }
        if (successor != null) {
            successor.begin.complete(null);
        }
    }

    private void run(Turn turn, Line line) {
        turn.running = true;
        line.running++;
        free--;
    }

    /** Starts the turn of the next network that may run one more question, and returns it; null without one. */
    private Turn successor() {
        for (Iterator<Map.Entry<String, Line>> each = lines.entrySet().iterator(); each.hasNext();) {
            Map.Entry<String, Line> next = each.next();
            Line line = next.getValue();
            if (!line.waiting.isEmpty() && line.running < mostOfNetwork) {
                each.remove();
                lines.put(next.getKey(), line);
                Turn turn = line.waiting.remove();
                waiting--;
                run(turn, line);
                return turn;
            }
        }
        return null;
    }

    private void forget(String network, Line line) {
        if (line.running == 0 && line.waiting.isEmpty()) {
            lines.remove(network);
        }
    }

    /** Returns the number of networks with a question. */
    int networks() {
        synchronized (lines) {
            return lines.size();
        }
    }
}
