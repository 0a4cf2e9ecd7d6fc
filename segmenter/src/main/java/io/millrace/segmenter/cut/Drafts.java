package io.millrace.segmenter.cut;

import io.millrace.platform.kafka.Sizes;
import io.millrace.platform.log.RecordSchema.Generic;
import java.util.ArrayList;
import java.util.List;

/** Frames in log order, with an upper bound on their total size after muxing. */
final class Drafts {
    /**
     * Upper bound on the number of frames in one part, so that the part cannot grow without limit while timestamps
     * stand still.
     */
    static final int LIMIT = 4_096;
    /**
     * Muxed size of a segment in addition to its frames: tables, configurations, and the padding of the last PES
     * packets.
     */
    private static final int SEGMENT_COST_BYTES = 32 * 1024;
    /** Upper bound on the muxed size of one part's frames. */
    static final int LIMIT_BYTES = Sizes.PART_BYTES - SEGMENT_COST_BYTES;
    /**
     * Muxed size of a frame in addition to its body: PES header, access unit delimiter, parameter sets, stuffing of the
     * last TS packet.
     */
    private static final int FRAME_COST_BYTES = 512;

    final List<Draft> list = new ArrayList<>();
    /** Upper bound on the size of the frames after muxing. */
    private long muxedBytes;

    void add(Draft draft) {
        list.add(draft);
        muxedBytes += muxedBytes(draft);
    }

    void addAll(Drafts others) {
        list.addAll(others.list);
        muxedBytes += others.muxedBytes;
    }

    void clear() {
        list.clear();
        muxedBytes = 0;
    }

    boolean isEmpty() {
        return list.isEmpty();
    }

    /** Returns whether these frames and {@code others} together are within the limits of a part. */
    boolean takes(Drafts others) {
        return list.size() + others.list.size() <= LIMIT && muxedBytes + others.muxedBytes <= LIMIT_BYTES;
    }

    /** Returns whether these frames and {@code draft} together are within the limits of a part. */
    boolean takes(Draft draft) {
        return list.size() < LIMIT && muxedBytes + muxedBytes(draft) <= LIMIT_BYTES;
    }

    /** Returns the newest audio frame, or null if there is none. */
    Draft lastAudio() {
        for (int i = list.size() - 1; i >= 0; i--) {
            if (list.get(i).isAudio()) {
                return list.get(i);
            }
        }
        return null;
    }

    /** TS packet headers take 4 of 188 bytes, which adds 1/46 to the payload. The estimate adds 1/32. */
    private static long muxedBytes(Draft draft) {
        return draft.sizeBytes + draft.sizeBytes / 32 + FRAME_COST_BYTES;
    }

    void write(String field, Generic segment) {
        segment.list(field, list, Draft::write);
    }

    static Drafts read(String field, Generic segment) {
        Drafts drafts = new Drafts();
        segment.list(field, Draft::read).forEach(drafts::add);
        return drafts;
    }
}
