package io.millrace.media.rtmp;

import io.millrace.media.bytes.MemoryShare;

/** Counts what a session takes; there is room for all of it, and for one reserve. */
final class CountedMemory implements MemoryShare {
    private long bytes;
    private boolean admitted;
    private boolean reserved;

    long bytes() {
        return bytes;
    }

    boolean isReserved() {
        return reserved;
    }

    @Override
    public void take(long more) {
        bytes += more;
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
