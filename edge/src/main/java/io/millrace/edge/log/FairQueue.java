package io.millrace.edge.log;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A queue in which client addresses take turns. Every second item goes to the address that waits for the fewest items,
 * so that many addresses with many items each do not delay a client that waits for one. The other items go to the
 * addresses in rotation, so that every address has its turn. An item for which several clients wait is served in the
 * first turn of any of them, and dropped once all have left.
 *
 * <p>The number of items is limited in total and per address. The last places are reserved for addresses that have few
 * items, so that a few addresses cannot take them all. Thread-safe.
 *
 * <p>Each {@link #poll} looks at every waiting item, which takes little time compared with the read that follows.
 *
 * @param <T> type of the items
 */
final class FairQueue<T extends FairQueue.Item> {
    interface Item {
        /** Returns the clients that wait for the item. */
        Requester requester();

        /** Called without a lock when all requesters have left; the item will not be handed out. */
        void drop();
    }

    /** @param addresses of the clients that waited for the item when it was offered; it counts towards their limits */
    private record Waiting<T>(T item, Set<String> addresses) {}

    /**
     * The limit divided by this number is the number of places for addresses that have fewer than {@link #FEW} items.
     */
    private static final int RESERVED_SHARE = 4;
    private static final int FEW = 2;

    private final int limit;
    private final int limitOfAddress;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition offered = lock.newCondition();
    /** In the order of arrival. */
    private final List<Waiting<T>> waiting = new ArrayList<>();
    /** Number of waiting items per address, without zeros. */
    private final Map<String, Integer> counts = new HashMap<>();
    /** Addresses in the order of their turns. Those at the end may have no waiting item. */
    private final Set<String> turns = new LinkedHashSet<>();
    /** Whether the next item goes to the address that waits for the fewest items. */
    private boolean favoursFewest = true;

    /**
     * @param limit maximum number of items
     * @param limitOfAddress maximum number of items per address
     */
    FairQueue(int limit, int limitOfAddress) {
        this.limit = limit;
        this.limitOfAddress = limitOfAddress;
    }

    /**
     * Adds an item, or drops it if all its requesters have left. Returns false, and does neither, if the queue is full
     * or every address that waits for the item has reached its limit.
     */
    boolean offer(T item) {
        Set<String> addresses = new HashSet<>();
        if (!item.requester().collect(addresses)) {
            item.drop();
            return true;
        }
        List<T> gone = new ArrayList<>();
        lock.lock();
        try {
            if (isFull(addresses)) {
                byAddress(gone);
            }
            if (isFull(addresses)) {
                return false;
            }
            waiting.add(new Waiting<>(item, addresses));
            addresses.forEach(address -> counts.merge(address, 1, Integer::sum));
            turns.addAll(addresses);
            offered.signal();
            return true;
        } finally {
            lock.unlock();
            gone.forEach(Item::drop);
        }
    }

    private boolean isFull(Set<String> addresses) {
        return waiting.size() >= limit || addresses.stream().allMatch(
                address -> counts.getOrDefault(address, 0) >= limitOf(address));
    }

    private int limitOf(String address) {
        boolean isReserved = waiting.size() >= limit - limit / RESERVED_SHARE;
        // Many clients wait for each read that the edge makes on its own behalf.
        return isReserved && !address.equals(Requester.EDGE.address()) ? FEW : limitOfAddress;
    }

    /**
     * Removes and returns the next item for which a client still waits. Blocks up to the given time; returns null if
     * there is no such item by then, and also earlier, after items were dropped.
     */
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
        Map<String, List<Waiting<T>>> items = byAddress(gone);
        turns.retainAll(items.keySet());
        // Clients may have joined an item after it was offered.
        turns.addAll(items.keySet());
        if (turns.isEmpty()) {
            return null;
        }
        String turn = favoursFewest
                ? turns.stream().min(Comparator.comparingInt(address -> items.get(address).size())).orElseThrow()
                : turns.iterator().next();
        favoursFewest = !favoursFewest;
        turns.remove(turn);
        turns.add(turn);
        Waiting<T> next = items.get(turn).getFirst();
        waiting.remove(next);
        free(next);
        return next.item();
    }

    /** Returns the items for which each address waits, oldest first. Moves items without a client to {@code gone}. */
    private Map<String, List<Waiting<T>>> byAddress(List<T> gone) {
        Map<String, List<Waiting<T>>> items = new LinkedHashMap<>();
        Set<String> addresses = new LinkedHashSet<>();
        for (Iterator<Waiting<T>> all = waiting.iterator(); all.hasNext();) {
            Waiting<T> some = all.next();
            addresses.clear();
            if (some.item().requester().collect(addresses)) {
                addresses.forEach(address -> items.computeIfAbsent(address, _ -> new ArrayList<>()).add(some));
            } else {
                all.remove();
                free(some);
                gone.add(some.item());
            }
        }
        return items;
    }

    private void free(Waiting<T> left) {
        left.addresses().forEach(address -> counts.computeIfPresent(address, (_, own) -> own == 1 ? null : own - 1));
    }

    /** Removes and returns all items. */
    List<T> drain() {
        lock.lock();
        try {
            List<T> all = waiting.stream().map(Waiting::item).toList();
            waiting.clear();
            counts.clear();
            turns.clear();
            return all;
        } finally {
            lock.unlock();
        }
    }
}
