package io.millrace.simulation.engine;

import java.util.PriorityQueue;

/** What happens in a simulation and when. Time advances only from event to event. Confined to one thread. */
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

    /** Events of the same moment happen in the order in which they were added. */
    public void after(long delayMs, Runnable what) {
        events.add(new Event(nowMs + delayMs, number++, what));
    }

    /** Nothing more happens. */
    public void stop() {
        stopped = true;
    }

    /** Lets everything happen that is due up to {@code untilMs}. */
    public void runUntil(long untilMs) {
        while (!stopped && !events.isEmpty() && events.peek().atMs() <= untilMs) {
            Event next = events.poll();
            nowMs = next.atMs();
            next.what().run();
        }
        nowMs = stopped ? nowMs : untilMs;
    }
}
