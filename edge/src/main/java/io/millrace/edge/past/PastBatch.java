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
 * The result of one turn of reading the past. Holds its memory until it is closed.
 *
 * @param run the tags
 * @param firstMs timestamp of the first tag, 0 without one
 * @param position what the turn stopped at
 */
record PastBatch(TagRun run, int firstMs, Position position) implements AutoCloseable {
    /**
     * Bytes per viewer and turn: some tenths of a second of media. Live viewers wait while a core reads them and an
     * event loop writes them.
     */
    static final int TURN_BYTES = 128 * 1024;
    /** Bytes to read per turn if most of the partition belongs to other streams. */
    private static final int SCAN_BYTES = 4 * 1024 * 1024;

    /** Where a turn stopped. */
    enum Position {
        WITHIN_LOG, END_OF_LOG, END_OF_RANGE,
        /** Retention has deleted what comes next. */
        EXPIRED
    }

    boolean isEmpty() {
        return run.pieces().isEmpty();
    }

    @Override
    public void close() {
        run.close();
    }

    /** Reads the next tags of a viewer; blocks. */
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
                        // It is not copied either.
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
