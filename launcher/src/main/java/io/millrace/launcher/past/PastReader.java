package io.millrace.launcher.past;

import io.millrace.edge.live.FlvEvent;
import io.millrace.edge.live.Tracks;
import io.millrace.launcher.settings.RangeOptions.Range;
import io.millrace.platform.UserError;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.StreamEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * What the log holds of one stream in a range, tag by tag as it is asked for. Memory: what one poll brings. Blocks;
 * confined to one thread, but for {@link #cancel}.
 */
public final class PastReader implements AutoCloseable {
    /** A tag that was read, and when it came in. */
    private record Ready(FlvEvent event, long arrivalMs) {}

    private static final Duration POLL = Duration.ofMillis(200);
    /** A log that has more and does not give it for so long is not there. */
    private static final long SILENCE_NANOS = Duration.ofSeconds(30).toNanos();

    /** What to do at the end of what is in the log, and where its beginning has moved past the reader. */
    public enum Mode {
        /** Ends there; a hole is an error. */
        WHAT_IS_THERE,
        /** Goes on with what comes for as long as the stream lives; goes on behind a hole. */
        FOLLOW
    }

    private final PastLog log;
    private final String stream;
    private final Mode mode;
    private final List<StreamEntry> epochs;
    private final Places places;
    private final PastFold fold;
    private final TopicPartition partition;
    private final KafkaConsumer<String, LogRecord> consumer;
    private final Queue<Ready> ready = new ArrayDeque<>();
    private final Tracks firstTracks;
    private final long startOffset;
    private final OptionalLong end;
    /** For an end that is not in the log yet. */
    private final long untilMs;
    private long nextOffset;
    /** Of what was read last, and of what was handed out last. */
    private long readArrivalMs;
    private long arrivalMs;
    private boolean over;
    private volatile boolean cancelled;

    private PastReader(PastLog log, String stream, Range range, Mode mode) {
        this.log = log;
        this.stream = stream;
        this.mode = mode;
        epochs = log.epochs(stream);
        places = new Places(log, stream, epochs);
        Place place = places.start(range);
        OptionalLong found = places.end(range);
        partition = log.partition(Topic.PACKETS, stream);
        untilMs = range.to().map(Instant::toEpochMilli).orElse(Long.MAX_VALUE);
        end = found.isPresent() || mode == Mode.FOLLOW
                ? found
                : OptionalLong.of(log.reader().end(partition));
        if (place.tracks().isEmpty()) {
            throw new UserError(
                    "the tracks of " + stream + " are not known: it has shown neither picture nor sound yet; "
                            + "try again when it has, or look at ./millrace streams");
        }
        if (end.isPresent() && end.getAsLong() <= place.offset()) {
            throw new UserError("nothing of " + stream + " is retained in that range; what is: ./millrace sessions "
                    + stream);
        }
        fold = new PastFold(place, this::tracks);
        firstTracks = place.tracks();
        startOffset = place.offset();
        nextOffset = startOffset;
        consumer = log.kafka().reader("millrace-past-packets");
        consumer.assign(List.of(partition));
        consumer.seek(partition, startOffset);
    }

    /**
     * Finds the range; nothing of it has been read yet.
     *
     * @throws UserError if there is no such stream, or nothing of it in the range
     */
    public static PastReader open(PastLog log, String stream, Range range, Mode mode) {
        try {
            return new PastReader(log, stream, range, mode);
        } catch (KafkaException e) {
            throw log.unreadable(e);
        }
    }

    private Tracks tracks(long epoch) {
        return epochs.stream().filter(each -> each.epoch() == epoch).findFirst()
                .or(() -> log.directory().epoch(stream, epoch)).map(places::firstTracks)
                .orElse(new Tracks(null, null));
    }

    /** What the range begins with; also of codecs that have no sequence header. */
    public Tracks tracks() {
        return firstTracks;
    }

    /** The next tag; empty at the end, or soon after {@link #cancel}. */
    public Optional<FlvEvent> next() {
        long sinceNanos = System.nanoTime();
        while (ready.isEmpty()) {
            if (cancelled || over || end.isPresent() && nextOffset >= end.getAsLong()) {
                return Optional.empty();
            }
            if (poll()) {
                sinceNanos = System.nanoTime();
            } else if (mode == Mode.FOLLOW) {
                over = fold.isOver();
            } else if (System.nanoTime() - sinceNanos > SILENCE_NANOS) {
                throw new UserError("the log says nothing more at offset " + nextOffset + " of " + partition
                        + "; is the Kafka up? Try again");
            }
        }
        Ready next = ready.remove();
        arrivalMs = next.arrivalMs();
        return Optional.of(next.event());
    }

    /** Gives whether anything came. */
    private boolean poll() {
        try {
            List<ConsumerRecord<String, LogRecord>> records = consumer.poll(POLL).records(partition);
            for (ConsumerRecord<String, LogRecord> record : records) {
                if (over || end.isPresent() && record.offset() >= end.getAsLong()) {
                    nextOffset = record.offset();
                    return true;
                }
                if (record.offset() != nextOffset) {
                    expired();
                    return true;
                }
                nextOffset = record.offset() + 1;
                read(record);
            }
            return !records.isEmpty();
        } catch (KafkaException e) {
            throw log.unreadable(e);
        }
    }

    private void read(ConsumerRecord<String, LogRecord> record) {
        if (!stream.equals(record.key()) || !(record.value() instanceof PacketsRecord packets)) {
            return;
        }
        if (packets instanceof Packet packet) {
            readArrivalMs = packet.arrivalUs() / 1_000;
            if (end.isEmpty() && readArrivalMs >= untilMs) {
                over = true;
                return;
            }
        }
        fold.fold(record.offset(), packets).forEach(event -> ready.add(new Ready(event, readArrivalMs)));
    }

    /** Retention has overtaken the reader: the consumer is at what is the oldest record now. */
    private void expired() {
        if (mode == Mode.WHAT_IS_THERE) {
            throw new UserError("what comes next of " + stream + " was deleted by retention in the meantime; "
                    + "begin later, with --from");
        }
        Place place = places.oldest();
        fold.moveTo(place);
        nextOffset = place.offset();
        consumer.seek(partition, nextOffset);
    }

    /** Ends {@link #next} soon. Thread-safe. */
    public void cancel() {
        cancelled = true;
    }

    /** When what {@link #next} gave last came in. */
    public Instant arrival() {
        return Instant.ofEpochMilli(arrivalMs);
    }

    /** How much of the range was read, 0 to 1; below 0 if nobody knows where it ends. */
    public double progress() {
        return end.isEmpty() ? -1 : (double) (nextOffset - startOffset) / (end.getAsLong() - startOffset);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
