package io.millrace.platform.net;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Limits how many tasks run at a time, such as requests to a hook or steps of client requests. Other tasks wait, and
 * networks take turns: every second turn goes to the network with the fewest waiting tasks, the others go to all
 * networks in rotation. A network with many tasks therefore mainly delays itself. An abandoned task keeps its place
 * until the caller ends its turn, so the number of waiting tasks has a limit as well.
 *
 * <p>Thread-safe and non-blocking.
 */
public final class Turns {
    /** Networks with fewer waiting tasks than this may use the reserved places. */
    private static final int FEW = 2;

    /**
     * @param running maximum number of tasks that run at a time
     * @param runningOfNetwork maximum number of running tasks of one network
     * @param waiting maximum number of tasks that wait
     * @param waitingOfNetwork maximum number of waiting tasks of one network
     * @param reserved how many of the {@code waiting} places only networks with fewer than two waiting tasks may use
     */
    public record Limits(int running, int runningOfNetwork, int waiting, int waitingOfNetwork, int reserved) {}

    /** Too many tasks wait. */
    public static final class FullException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private FullException() {
            super("too many others wait already", null, false, false);
        }
    }

    /** The turn of one task. The caller must call {@link #done} even if the task fails. */
    public static final class Turn {
        private final String network;
        private final CompletableFuture<Void> begin = new CompletableFuture<>();
        private boolean running;

        private Turn(String network) {
            this.network = network;
        }

        /**
         * Completes when the task may run: immediately, or on the thread that calls {@link Turns#done} for another
         * turn. Fails immediately with {@link FullException} if too many tasks wait.
         */
        public CompletableFuture<Void> begin() {
            return begin;
        }
    }

    /** The tasks of one network. */
    private static final class Line {
        private final Queue<Turn> waiting = new ArrayDeque<>();
        private int running;
    }

    private final Limits limits;
    /** The networks with a task, in the order of their next turns. */
    private final Map<String, Line> lines = new LinkedHashMap<>();
    /** How many more tasks may run now. */
    private int free;
    /** Number of waiting tasks of all networks. */
    private int waiting;
    /** Whether the next turn goes to the network with the fewest waiting tasks. */
    private boolean favoursFewest;

    public Turns(Limits limits) {
        this.limits = limits;
        free = limits.running();
    }

    /** Requests a turn for a new task. */
    public Turn next(String network) {
        return next(network, false);
    }

    /**
     * Requests a turn for another step of a task that has had a turn before. The limits for waiting tasks do not apply.
     */
    public Turn again(String network) {
        return next(network, true);
    }

    private Turn next(String network, boolean begun) {
        Turn turn = new Turn(network);
        synchronized (lines) {
            Line line = lines.computeIfAbsent(network, _ -> new Line());
            if (free > 0 && line.running < limits.runningOfNetwork()) {
                run(turn, line);
            } else if (begun || hasRoom(line)) {
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

    private boolean hasRoom(Line line) {
        int own = line.waiting.size();
        return waiting < limits.waiting() && own < limits.waitingOfNetwork()
                && (own < FEW || waiting < limits.waiting() - limits.reserved());
    }

    /**
     * Ends a turn, whether its task has run, still waits or was refused; another call has no effect. Begins the turn of
     * a waiting task, which may run on this thread.
     */
    public void done(Turn turn) {
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

    /** Starts the turn of the next network that may run one more task, and returns it; null without one. */
    private Turn successor() {
        if (waiting == 0) {
            return null;
        }
        Stream<Map.Entry<String, Line>> ready = lines.entrySet().stream().filter(
                each -> !each.getValue().waiting.isEmpty()
                        && each.getValue().running < limits.runningOfNetwork());
        Optional<Map.Entry<String, Line>> next = favoursFewest
                ? ready.min(Comparator.comparingInt(each -> each.getValue().waiting.size()))
                : ready.findFirst();
        if (next.isEmpty()) {
            return null;
        }
        favoursFewest = !favoursFewest;
        String network = next.get().getKey();
        Line line = lines.remove(network);
        lines.put(network, line);
        Turn turn = line.waiting.remove();
        waiting--;
        run(turn, line);
        return turn;
    }

    private void forget(String network, Line line) {
        if (line.running == 0 && line.waiting.isEmpty()) {
            lines.remove(network);
        }
    }

    /** Returns the number of networks with a task. */
    int networks() {
        synchronized (lines) {
            return lines.size();
        }
    }
}
