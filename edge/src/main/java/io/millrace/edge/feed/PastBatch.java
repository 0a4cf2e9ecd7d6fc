package io.millrace.edge.feed;

import io.millrace.edge.live.FlvEvent;
import io.millrace.edge.live.PastTags;
import io.millrace.edge.live.Selection;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.past.RangeReader;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * What one turn of reading the past gave. Holds its memory until it is closed.
 *
 * @param stretch the tags
 * @param firstMs timestamp of the first one, 0 without one
 * @param next offset in {@code packets} to go on at
 * @param seen offset behind the last of the stream's own records, 0 without one
 * @param atEnd whether that was the end of the log
 * @param over whether the range is
 */
record PastBatch(Stretch stretch, int firstMs, long next, long seen, boolean atEnd,
        boolean over) implements AutoCloseable {
    /**
     * What a viewer gets in its turn: some tenths of a second. Live viewers wait while a core reads and an event loop writes
     * it.
     */
    static final int TURN_BYTES = 128 * 1024;
    /** What is read in a turn where most of the partition is other streams'. */
    private static final int SCAN_BYTES = 4 * 1024 * 1024;

    boolean isEmpty() {
        return stretch.pieces().isEmpty();
    }

    @Override
    public void close() {
        stretch.close();
    }

    /** Reads in the log; blocks. */
    static PastBatch read(RangeReader reader, TopicPartition partition, String stream, PastTags tags, long from,
            Framing framing, Selection selection) {
        try (var turn = new Turn(tags, from, framing, selection)) {
            long end = reader.end(partition);
            turn.next = Math.max(from, Math.min(end, reader.beginning(partition)));
            if (turn.next > from) {
                // Its place has expired meanwhile: the earliest that is left.
                tags.skip();
            }
            boolean whole = read(reader, partition, stream, turn, end);
            if (whole) {
                turn.next = Math.max(turn.next, end);
            }
            return turn.batch(turn.next >= end);
        }
    }

    /** False if it was stopped before the end. */
    private static boolean read(RangeReader reader, TopicPartition partition, String stream, Turn turn, long end) {
        long from = turn.next;
        try {
            reader.read(partition, from, end, record -> {
                turn.next = record.offset() + 1;
                turn.scannedBytes += record.serializedValueSize();
                if (stream.equals(record.key()) && record.value() instanceof PacketsRecord packet) {
                    turn.seen = turn.next;
                    turn.add(record.offset(), packet);
                }
                return !turn.isOver();
            });
            return !turn.isOver();
        } catch (TimeoutException e) {
            if (turn.next == from) {
                throw e;
            }
            // What was read is not read again.
            return false;
        }
    }

    /** One turn; confined to the reader's thread. */
    private static final class Turn implements AutoCloseable {
        private final PastTags tags;
        private final TagSlabs slabs = new TagSlabs();
        private final List<SharedTag> read = new ArrayList<>();
        private final Selection selection;
        private final Stretch.Builder stretch;
        private long next;
        private long seen;
        private long scannedBytes;
        private boolean over;

        private Turn(PastTags tags, long from, Framing framing, Selection selection) {
            this.tags = tags;
            this.selection = selection;
            next = from;
            stretch = new Stretch.Builder(framing, selection);
        }

        private void add(long offset, PacketsRecord record) {
            for (FlvEvent event : tags.fold(offset, record)) {
                switch (event) {
                    case FlvEvent.Media media when !selection.has(media.tag().type()) -> {
                        // It is not copied either.
                    }
                    case FlvEvent.Media media -> {
                        long arrivalUs = record instanceof Packet packet ? packet.arrivalUs() : 0;
                        SharedTag tag = slabs.put(media, offset, arrivalUs, 0, tags.headers());
                        read.add(tag);
                        stretch.add(tag);
                    }
                    case FlvEvent.End _ -> over = true;
                }
            }
        }

        private boolean isOver() {
            return over || stretch.mediaBytes() >= TURN_BYTES || scannedBytes >= SCAN_BYTES;
        }

        private PastBatch batch(boolean atEnd) {
            int firstMs = read.isEmpty() ? 0 : read.getFirst().timestampMs();
            return new PastBatch(stretch.build(0), firstMs, next, seen, atEnd && !over, over);
        }

        @Override
        public void close() {
            read.forEach(tag -> tag.slab().release());
            slabs.close();
        }
    }
}
