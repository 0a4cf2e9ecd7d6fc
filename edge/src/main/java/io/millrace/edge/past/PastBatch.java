package io.millrace.edge.past;

import io.millrace.edge.fanout.Framing;
import io.millrace.edge.fanout.Layout;
import io.millrace.edge.fanout.SharedTag;
import io.millrace.edge.fanout.TagRun;
import io.millrace.edge.fanout.TagSlabs;
import io.millrace.edge.view.PastTags;
import io.millrace.edge.view.Selection;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.past.PacketRange;
import io.millrace.platform.past.RangeReader;
import io.millrace.platform.timeline.TagEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * The tags that one turn of reading past media has read for a viewer, framed for its connection. Owns their memory
 * until it is closed.
 *
 * @param run the selected tags; its {@code next} has no meaning
 * @param firstMs timestamp of the first tag on the epoch's FLV time line; 0 without a tag
 * @param position where the turn stopped
 */
record PastBatch(TagRun run, int firstMs, Position position) implements AutoCloseable {
    /**
     * Media bytes after which a turn stops: a few tenths of a second of media. Small, because live viewers wait while a
     * core reads a batch and an event loop writes it.
     */
    static final int TURN_BYTES = 128 * 1024;
    /** Bytes of the partition, including other streams' records, after which a turn stops. */
    private static final int SCAN_BYTES = 4 * 1024 * 1024;

    /** Where a turn stopped. */
    enum Position {
        /** There is more to read. */
        WITHIN_LOG,
        /** Everything in the log has been read, and the range has not ended. */
        END_OF_LOG,
        /** The range or its epoch has ended. */
        END_OF_RANGE,
        /** Retention has deleted the next records. */
        EXPIRED
    }

    boolean isEmpty() {
        return run.pieces().isEmpty();
    }

    @Override
    public void close() {
        run.close();
    }

    /** Reads the next tags of a viewer, and advances {@code packets} and {@code tags}. Blocks. */
    static PastBatch read(RangeReader reader, PacketRange packets, PastTags tags, Framing framing,
            Selection selection) {
        try (var turn = new Turn(tags, framing, selection)) {
            long end = reader.end(packets.partition());
            PacketRange.Stop stop = packets.read(reader, end, SCAN_BYTES, turn::add);
            if (turn.over) {
                return turn.batch(Position.END_OF_RANGE);
            }
            return turn.batch(switch (stop) {
                case EXPIRED -> Position.EXPIRED;
                case END -> Position.END_OF_LOG;
                case PAUSED -> packets.next() < end ? Position.WITHIN_LOG : Position.END_OF_LOG;
            });
        }
    }

    /** One turn; confined to the reader's thread. */
    private static final class Turn implements AutoCloseable {
        private final PastTags tags;
        private final TagSlabs slabs = new TagSlabs(Layout.TAGS);
        private final List<SharedTag> read = new ArrayList<>();
        private final Selection selection;
        private final TagRun.Builder run;
        private boolean over;

        private Turn(PastTags tags, Framing framing, Selection selection) {
            this.tags = tags;
            this.selection = selection;
            run = new TagRun.Builder(framing, selection);
        }

        private boolean add(long offset, PacketsRecord record) {
            for (TagEvent event : tags.fold(offset, record)) {
                switch (event) {
                    case TagEvent.Media media when !selection.has(media.tag().type()) -> {
                        // This tag is not copied either.
                    }
                    case TagEvent.Media media -> {
                        long arrivalUs = record instanceof Packet packet ? packet.arrivalUs() : 0;
                        SharedTag tag = slabs.put(media, offset, arrivalUs, 0, tags.headers());
                        read.add(tag);
                        run.add(tag);
                    }
                    case TagEvent.End _ -> over = true;
                }
            }
            return !over && run.mediaBytes() < TURN_BYTES;
        }

        private PastBatch batch(Position position) {
            int firstMs = read.isEmpty() ? 0 : read.getFirst().timestampMs();
            return new PastBatch(run.build(0), firstMs, position);
        }

        @Override
        public void close() {
            read.forEach(tag -> tag.slab().release());
            slabs.close();
        }
    }
}
