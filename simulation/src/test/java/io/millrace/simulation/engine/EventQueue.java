package io.millrace.simulation.engine;

import java.util.PriorityQueue;

/**
 * The events of a simulation. Time advances only from event to event. Confined to one thread.
 *
 * <p>Events of the next half minute are in a wheel with a slot for each millisecond, so that adding and removing one takes
 * constant time; later ones wait in a queue.
 */
public final class EventQueue {
    /** A power of two, ms. */
    private static final int SLOTS = 1 << 15;

    private static final class Event {
        private final Runnable what;
        private Event next;

        Event(Runnable what) {
            this.what = what;
        }
    }

    private record Later(long atMs, long number, Runnable what) implements Comparable<Later> {
        @Override
        public int compareTo(Later other) {
            int byTime = Long.compare(atMs, other.atMs);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private final Event[] first = new Event[SLOTS];
    private final Event[] last = new Event[SLOTS];
    private final PriorityQueue<Later> later = new PriorityQueue<>();
    private long nowMs;
    private long number;
    private boolean stopped;

    public long nowMs() {
        return nowMs;
    }

    /** Runs {@code what} after {@code delayMs}. Events of the same moment run in the order in which they were added. */
    public void after(long delayMs, Runnable what) {
        long atMs = nowMs + Math.max(0, delayMs);
        if (atMs - nowMs < SLOTS) {
            add(atMs, what);
        } else {
            later.add(new Later(atMs, number++, what));
        }
    }

    private void add(long atMs, Runnable what) {
        int slot = (int) atMs & SLOTS - 1;
        Event added = new Event(what);
        if (first[slot] == null) {
            first[slot] = added;
        } else {
            last[slot].next = added;
        }
        last[slot] = added;
    }

    /** Stops the simulation: no further event runs. */
    public void stop() {
        stopped = true;
    }

    /** Runs all events up to {@code untilMs}. */
    public void runUntil(long untilMs) {
        while (!stopped) {
            runSlot((int) nowMs & SLOTS - 1);
            if (stopped || nowMs >= untilMs) {
                return;
            }
            nowMs++;
            // Before an event of that moment can be added to the wheel.
            while (!later.isEmpty() && later.peek().atMs() - nowMs < SLOTS) {
                Later due = later.poll();
                add(due.atMs(), due.what());
            }
        }
    }

    private void runSlot(int slot) {
        while (!stopped && first[slot] != null) {
            Event next = first[slot];
            first[slot] = next.next;
            next.what.run();
        }
    }
}
