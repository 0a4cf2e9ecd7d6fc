package io.millrace.edge.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The clients that wait for one shared read. More may join until all of them have been seen to have left; from then on
 * the read is dropped, and nobody may join. A member may be such a group itself. Members that have left are removed, so
 * that clients that come and go do not accumulate while a read waits. Thread-safe.
 */
final class Askers implements Asker {
    private final List<Asker> members = new ArrayList<>(1);
    private boolean abandoned;

    Askers(Asker first) {
        members.add(first);
    }

    /** Returns false, and changes nothing, if all members were seen to have left. */
    synchronized boolean join(Asker asker) {
        return !abandoned && members.add(asker);
    }

    /** Returns the number of members, including those that have left since they were last asked. */
    synchronized int size() {
        return members.size();
    }

    @Override
    public synchronized boolean collect(Set<String> addresses) {
        members.removeIf(member -> !member.collect(addresses));
        abandoned = members.isEmpty();
        return !abandoned;
    }
}
