package io.millrace.tools.past;

import io.millrace.platform.UserError;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.past.PacketRange;
import io.millrace.platform.past.RangeReader;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.platform.timeline.StreamTags;
import io.millrace.platform.timeline.TagEvent;
import io.millrace.platform.timeline.Tracks;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads a range of one stream from the log as tags, on demand. Keeps the records of one poll in memory. Calls block;
 * confined to one thread, except {@link #cancel}.
 */
public final class RangeTags implements AutoCloseable {
    /** A tag that was read, with the time at which its packet arrived at ingest. */
    private record Ready(TagEvent event, long arrivalMs) {}

    /** The behaviour at the end of the log, and when retention deletes records before they are read. */
    public enum Mode {
        /** Stops at the end of the log. A deleted record is an error. */
        WHAT_IS_THERE,
        /** Waits for new records as long as the stream is live, and skips deleted records. */
        FOLLOW
    }

    private final PastLog log;
    private final String stream;
    private final Mode mode;
    private final RangeOffsets offsets;
    private final PastFold fold;
    private final RangeRecords records;
    private final Queue<Ready> ready = new ArrayDeque<>();
    private final Tracks firstTracks;
    private final long startOffset;
    /** End offset, exclusive; empty if it is not in the log yet. */
    private final OptionalLong end;
    /** End of the range by arrival time, which applies if the end is not in the log yet; ms since 1970. */
    private final long untilMs;
    /**
     * Arrival time of the newest packet that was read, ms since 1970. {@link #arrivalMs} is the arrival time of the tag
     * that was returned last.
     */
    private long readArrivalMs;
    private long arrivalMs;
    private boolean over;

    private RangeTags(PastLog log, String stream, LogRange range, Mode mode, TrackList list) {
        this.log = log;
        this.stream = stream;
        this.mode = mode;
        offsets = new RangeOffsets(log, stream, list);
        StreamTags tags = offsets.start(range);
        OptionalLong found = offsets.end(range);
        TopicPartition partition = log.partition(Topic.PACKETS, stream);
        untilMs = range.to().map(Instant::toEpochMilli).orElse(Long.MAX_VALUE);
        end = found.isPresent() || mode == Mode.FOLLOW
                ? found
                : OptionalLong.of(log.reader().end(partition));
        if (tags.tracks().isEmpty()) {
            throw new UserError(
                    "the tracks of " + stream + " are not known, because it has shown no media yet; "
                            + "try again later, or see ./millrace streams");
        }
        if (end.isPresent() && end.getAsLong() <= tags.startOffset()) {
            throw new UserError("no media of " + stream + " is retained in that range; see ./millrace sessions "
                    + stream);
        }
        fold = new PastFold(tags, log.directory().withdrawals(stream));
        firstTracks = tags.tracks();
        startOffset = tags.startOffset();
        records = new RangeRecords(new RangeReader(log.kafka().seeker("millrace-past-packets", Map.of())),
                new PacketRange(partition, stream, startOffset), end, this::expired);
    }

    /** Finds the range with the default tracks, as {@link #open(PastLog, String, LogRange, Mode, TrackList)} does. */
    public static RangeTags open(PastLog log, String stream, LogRange range, Mode mode) {
        return open(log, stream, range, mode, TrackList.DEFAULT);
    }

    /**
     * Finds the range, without reading its media yet.
     *
     * @param list the tracks to read
     * @throws UserError if the stream does not exist, the range contains none of its media, or a named track is missing
     */
    public static RangeTags open(PastLog log, String stream, LogRange range, Mode mode, TrackList list) {
        try {
            return new RangeTags(log, stream, range, mode, list);
        } catch (KafkaException e) {
            throw log.unreadable(e);
        }
    }

    /** Returns the numbers of the tracks that are read. */
    public ChosenTracks chosen() {
        return offsets.chosen();
    }

    /** Returns all tracks of the epoch at the start of the range, with their languages and names. */
    public List<Track> listed() {
        return offsets.listed();
    }

    /** Returns the tracks at the start of the range that are not read. */
    public List<TrackId> omitted() {
        return offsets.omitted();
    }

    /** Returns the chosen tracks at the start of the range, including those with codecs that have no sequence header. */
    public Tracks tracks() {
        return firstTracks;
    }

    /**
     * Returns the next tag; empty at the end of the range, or after {@link #cancel} and the tags that have already been
     * read. With {@link Mode#FOLLOW}, blocks until the next tag is written.
     *
     * @throws UserError if the log cannot be read, or with {@link Mode#WHAT_IS_THERE} if retention has deleted the next
     *        records
     */
    public Optional<TagEvent> next() {
        while (ready.isEmpty()) {
            if (over || !readMore()) {
                return Optional.empty();
            }
        }
        Ready next = ready.remove();
        arrivalMs = next.arrivalMs();
        return Optional.of(next.event());
    }

    private boolean readMore() {
        try {
            return mode == Mode.FOLLOW ? records.follow(fold::isOver, this::read) : records.next(this::read);
        } catch (KafkaException e) {
            throw log.unreadable(e);
        }
    }

    private boolean read(long offset, PacketsRecord record) {
        if (record instanceof Packet packet) {
            readArrivalMs = packet.arrivalUs() / 1_000;
            over = end.isEmpty() && readArrivalMs >= untilMs;
        }
        if (!over) {
            fold.fold(offset, record).forEach(event -> ready.add(new Ready(event, readArrivalMs)));
        }
        return !over;
    }

    /** Handles records that retention has deleted before they were read. Returns the offset at which to continue. */
    private long expired() {
        if (mode == Mode.WHAT_IS_THERE) {
            throw new UserError("retention has deleted the next records of " + stream + "; "
                    + "choose a later start with --from");
        }
        StreamTags tags = offsets.oldest();
        fold.moveTo(tags);
        return tags.startOffset();
    }

    /** Makes {@link #next} return without waiting for further records. Thread-safe. */
    public void cancel() {
        records.cancel();
    }

    /** Returns the time at which the tag that {@link #next} returned last had arrived at ingest. */
    public Instant arrival() {
        return Instant.ofEpochMilli(arrivalMs);
    }

    /** Returns the fraction of the range that has been read, 0 to 1; -1 if the end of the range is not known. */
    public double progress() {
        return end.isEmpty() ? -1 : (double) (records.nextOffset() - startOffset) / (end.getAsLong() - startOffset);
    }

    @Override
    public void close() {
        records.close();
    }
}
