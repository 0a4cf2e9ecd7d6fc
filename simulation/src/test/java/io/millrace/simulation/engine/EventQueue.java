package io.millrace.simulation.engine;

import java.util.PriorityQueue;

/** The events of a simulation. Time advances only from event to event. Confined to one thread. */
public final class EventQueue {
    private record Event(long atMs, long number, Runnable what) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atMs, other.atMs);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long nowMs;
    private long number;
    private boolean stopped;

    public long nowMs() {
        return nowMs;
    }

    /** Runs {@code what} after {@code delayMs}. Events of the same moment run in the order in which they were added. */
    public void after(long delayMs, Runnable what) {
        events.add(new Event(nowMs + delayMs, number++, what));
    }

    /** Stops the simulation: no further event runs. */
    public void stop() {
        stopped = true;
    }

    /** Runs all events up to {@code untilMs}. */
    public void runUntil(long untilMs) {
        while (!stopped && !events.isEmpty() && events.peek().atMs() <= untilMs) {
            Event next = events.poll();
            nowMs = next.atMs();
            next.what().run();
        }
        nowMs = stopped ? nowMs : untilMs;
    }
}
