package io.millrace.media.rtmp;

import io.millrace.media.bytes.MemoryShare;
import io.millrace.media.bytes.OverLimitException;

/** Counts what a session takes; there is room for all of it, or for as much as a test says, and for one reserve. */
final class CountedMemory implements MemoryShare {
    private long bytes;
    private long limitBytes = Long.MAX_VALUE;
    private long reserveBytes = Long.MAX_VALUE;
    private boolean yielded;
    private boolean admitted;
    private boolean reserved;

    long bytes() {
        return bytes;
    }

    boolean isReserved() {
        return reserved;
    }

    /** From now on there is room for so much, of which a publisher may keep so much when it is asked. */
    void limit(long most, long reserve) {
        limitBytes = most;
        reserveBytes = reserve;
    }

    boolean hasYielded() {
        return yielded;
    }

    @Override
    public boolean tryTake(long more) {
        boolean fits = bytes + more <= limitBytes;
        bytes += fits ? more : 0;
        return fits;
    }

    @Override
    public OverLimitException usedUp(long more) {
        return new OverLimitException("process", "memoryOfPeers", bytes + more, limitBytes);
    }

    @Override
    public boolean hasReserve() {
        return reserved;
    }

    @Override
    public boolean exceedsReserve() {
        return reserved && bytes > reserveBytes;
    }

    @Override
    public void yielded() {
        yielded = true;
    }

    @Override
    public void giveBack(long less) {
        bytes -= less;
    }

    @Override
    public void admit(boolean accepted) {
        admitted = accepted;
    }

    @Override
    public boolean isAdmitted() {
        return admitted;
    }

    @Override
    public boolean reserve() {
        reserved = true;
        return true;
    }

    @Override
    public void endReserve() {
        reserved = false;
    }

    @Override
    public void close() {
        bytes = 0;
        reserved = false;
    }
}
