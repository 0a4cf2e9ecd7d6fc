package io.millrace.media.mp4;

import io.millrace.media.bytes.OverLimitException;
import java.util.Arrays;
import java.util.BitSet;

/** Samples of one track while they are collected. Limits are those of {@link Mp4Reader}. Confined to one thread. */
final class SampleList {
    private static final int FIRST_CAPACITY = 256;

    private final BitSet sync = new BitSet();
    private long[] offsets = new long[FIRST_CAPACITY];
    private long[] decodingTimes = new long[FIRST_CAPACITY];
    private int[] sizes = new int[FIRST_CAPACITY];
    private int[] descriptions = new int[FIRST_CAPACITY];
    private int[] compositions = new int[FIRST_CAPACITY];
    private int count;
    private long endTicks;

    SampleList() {}

    /** Starts with the samples listed in {@code moov}; most fragmented files have none there. */
    SampleList(SampleTable first) {
        for (int i = 0; i < first.count(); i++) {
            long end = i + 1 < first.count() ? first.decodingTicks(i + 1) : first.endTicks();
            add(first.offset(i), first.sizeBytes(i), first.description(i), end - first.decodingTicks(i),
                    first.compositionOffsetTicks(i), first.isSync(i));
        }
    }

    /** Sets the decoding time of the next sample if it does not follow from the durations. */
    void continueAt(long ticks) {
        if (ticks < 0 || ticks > Mp4Reader.MAX_TICKS) {
            throw new OverLimitException("tfdt", "baseMediaDecodeTime", ticks, Mp4Reader.MAX_TICKS);
        }
        endTicks = ticks;
    }

    void add(long offset, long sizeBytes, int description, long durationTicks, int composition, boolean isSync) {
        if (count == Mp4Reader.MAX_SAMPLES) {
            throw new OverLimitException("trun", "sample_count", count + 1L, Mp4Reader.MAX_SAMPLES);
        }
        if (sizeBytes > Mp4Reader.MAX_SAMPLE_BYTES) {
            throw new OverLimitException("trun", "sample_size", sizeBytes, Mp4Reader.MAX_SAMPLE_BYTES);
        }
        if (count == sizes.length) {
            grow();
        }
        offsets[count] = offset;
        decodingTimes[count] = endTicks;
        sizes[count] = (int) sizeBytes;
        descriptions[count] = description;
        compositions[count] = composition;
        sync.set(count, isSync);
        count++;
        endTicks += durationTicks;
        if (endTicks > Mp4Reader.MAX_TICKS) {
            throw new OverLimitException("trun", "sample_duration", endTicks, Mp4Reader.MAX_TICKS);
        }
    }

    private void grow() {
        int capacity = count * 2;
        offsets = Arrays.copyOf(offsets, capacity);
        decodingTimes = Arrays.copyOf(decodingTimes, capacity);
        sizes = Arrays.copyOf(sizes, capacity);
        descriptions = Arrays.copyOf(descriptions, capacity);
        compositions = Arrays.copyOf(compositions, capacity);
    }

    SampleTable table() {
        return new SampleTable(Arrays.copyOf(offsets, count), Arrays.copyOf(sizes, count),
                Arrays.copyOf(descriptions, count), Arrays.copyOf(decodingTimes, count),
                Arrays.copyOf(compositions, count), (BitSet) sync.clone(), endTicks);
    }
}
