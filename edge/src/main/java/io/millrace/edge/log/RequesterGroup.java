package io.millrace.edge.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The clients that wait for one shared read. More clients may join until {@link #collect} finds that all have left;
 * from then on the read is dropped, and nobody may join. A member may be such a group itself. Members that have left
 * are removed, so that clients that come and go do not accumulate while a read waits. Thread-safe.
 */
final class RequesterGroup implements Requester {
    private final List<Requester> members = new ArrayList<>(1);
    private boolean abandoned;

    RequesterGroup(Requester first) {
        members.add(first);
    }

    /** Adds a member. Returns false, and changes nothing, if {@link #collect} has found that all members have left. */
    synchronized boolean join(Requester requester) {
        return !abandoned && members.add(requester);
    }

    /** Returns the number of members, including those that have left since the last {@link #collect}. */
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
