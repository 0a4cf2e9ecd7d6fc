package io.millrace.packager.loop;

/**
 * Where a restart begins in one partition: at the start of the oldest open segment.
 *
 * @param segments offset in {@code segments}
 * @param packets offset in {@code packets}; older packets that a cut names are read again
 * @param index offset in {@code index} that precedes all records of segments that begin at or after {@link #segments}
 */
record Positions(long segments, long packets, long index) {}
