package io.millrace.edge.feed;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits for a reader, in turns by address: a client that asks for much waits behind those that ask for little. What
 * nobody waits for any more is dropped. Bounded in all and for each address. Thread-safe.
 *
 * @param <T> what waits
 */
final class FairQueue<T extends FairQueue.Item> {
    interface Item {
        Asker asker();

        /** Its asker has gone; it will not be handed out. Called without a lock. */
        void drop();
    }

    private final int limit;
    private final int limitOfAddress;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition offered = lock.newCondition();
    /** In the order of their turns; no queue is empty. */
    private final Map<String, Queue<T>> byAddress = new LinkedHashMap<>();
    private int size;

    FairQueue(int limit, int limitOfAddress) {
        this.limit = limit;
        this.limitOfAddress = limitOfAddress;
    }

    /** False if there is no room for it. */
    boolean offer(T item) {
        List<T> gone = new ArrayList<>();
        lock.lock();
        try {
            if (isFull(item)) {
                purge(gone);
            }
            if (isFull(item)) {
                return false;
            }
            byAddress.computeIfAbsent(item.asker().address(), _ -> new ArrayDeque<>()).add(item);
            size++;
            offered.signal();
            return true;
        } finally {
            lock.unlock();
            gone.forEach(Item::drop);
        }
    }

    private boolean isFull(T item) {
        Queue<T> own = byAddress.get(item.asker().address());
        return size >= limit || own != null && own.size() >= limitOfAddress;
    }

    private void purge(List<T> gone) {
        for (Iterator<Queue<T>> queues = byAddress.values().iterator(); queues.hasNext();) {
            Queue<T> own = queues.next();
            size -= own.size();
            own.removeIf(item -> item.asker().isGone() && gone.add(item));
            size += own.size();
            if (own.isEmpty()) {
                queues.remove();
            }
        }
    }

    /** The next one whose asker is there, null if none comes in time. */
    T poll(long time, TimeUnit unit) throws InterruptedException {
        List<T> gone = new ArrayList<>();
        lock.lockInterruptibly();
        try {
            long leftNanos = unit.toNanos(time);
            T next = next(gone);
            while (next == null && gone.isEmpty() && leftNanos > 0) {
                leftNanos = offered.awaitNanos(leftNanos);
                next = next(gone);
            }
            return next;
        } finally {
            lock.unlock();
            gone.forEach(Item::drop);
        }
    }

    private T next(List<T> gone) {
        while (!byAddress.isEmpty()) {
            String address = byAddress.keySet().iterator().next();
            Queue<T> own = byAddress.remove(address);
            while (!own.isEmpty()) {
                T item = own.remove();
                size--;
                if (!item.asker().isGone()) {
                    if (!own.isEmpty()) {
                        byAddress.put(address, own);
                    }
                    return item;
                }
                gone.add(item);
            }
        }
        return null;
    }

    /** All that still waits. */
    List<T> drain() {
        lock.lock();
        try {
            List<T> all = byAddress.values().stream().flatMap(Queue::stream).toList();
            byAddress.clear();
            size = 0;
            return all;
        } finally {
            lock.unlock();
        }
    }
}
