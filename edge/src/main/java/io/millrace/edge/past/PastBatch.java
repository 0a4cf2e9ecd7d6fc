package io.millrace.edge.past;

import io.millrace.edge.fanout.Framing;
import io.millrace.edge.fanout.Layout;
import io.millrace.edge.fanout.SharedTag;
import io.millrace.edge.fanout.Stretch;
import io.millrace.edge.fanout.TagSlabs;
import io.millrace.edge.view.PastTags;
import io.millrace.edge.view.Selection;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.past.RangeReader;
import io.millrace.platform.timeline.TagEvent;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * The result of one turn of reading the past. Holds its memory until it is closed.
 *
 * @param stretch the tags
 * @param firstMs timestamp of the first tag, 0 without one
 * @param next offset in {@code packets} at which to continue
 * @param seen offset after the last of the stream's own records, 0 without one
 * @param atEnd whether the end of the log was reached
 * @param over whether the end of the range was reached
 */
record PastBatch(Stretch stretch, int firstMs, long next, long seen, boolean atEnd,
        boolean over) implements AutoCloseable {
    /**
     * Bytes per viewer and turn: some tenths of a second of media. Live viewers wait while a core reads them and an
     * event loop writes them.
     */
    static final int TURN_BYTES = 128 * 1024;
    /** Bytes to read per turn if most of the partition belongs to other streams. */
    private static final int SCAN_BYTES = 4 * 1024 * 1024;

    boolean isEmpty() {
        return stretch.pieces().isEmpty();
    }

    @Override
    public void close() {
        stretch.close();
    }

    /** Reads from the log; blocks. */
    static PastBatch read(RangeReader reader, TopicPartition partition, String stream, PastTags tags, long from,
            Framing framing, Selection selection) {
        try (var turn = new Turn(tags, from, framing, selection)) {
            long end = reader.end(partition);
            turn.next = Math.max(from, Math.min(end, reader.beginning(partition)));
            if (turn.next > from) {
                // The position has expired meanwhile; continues with the earliest retained record.
                tags.skip();
            }
            boolean whole = read(reader, partition, stream, turn, end);
            if (whole) {
                turn.next = Math.max(turn.next, end);
            }
            return turn.batch(turn.next >= end);
        }
    }

    /** Returns false if the turn stopped before the end. */
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
            // Continues after what was read, to avoid reading it again.
            return false;
        }
    }

    /** One turn; confined to the reader's thread. */
    private static final class Turn implements AutoCloseable {
        private final PastTags tags;
        private final TagSlabs slabs = new TagSlabs(Layout.TAGS);
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
            for (TagEvent event : tags.fold(offset, record)) {
                switch (event) {
                    case TagEvent.Media media when !selection.has(media.tag().type()) -> {
                        // It is not copied either.
                    }
                    case TagEvent.Media media -> {
                        long arrivalUs = record instanceof Packet packet ? packet.arrivalUs() : 0;
                        SharedTag tag = slabs.put(media, offset, arrivalUs, 0, tags.headers());
                        read.add(tag);
                        stretch.add(tag);
                    }
                    case TagEvent.End _ -> over = true;
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
