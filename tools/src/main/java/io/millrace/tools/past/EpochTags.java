package io.millrace.tools.past;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.platform.directory.Withdrawals;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Cuts;
import io.millrace.platform.past.Moment;
import io.millrace.platform.past.Moments;
import io.millrace.platform.past.PacketRange;
import io.millrace.platform.past.RangeReader;
import io.millrace.platform.past.ReadBudget;
import io.millrace.platform.past.ShownTags;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.platform.timeline.StreamTags;
import io.millrace.platform.timeline.TagEvent;
import io.millrace.platform.timeline.Tracks;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/**
 * Reads the default tracks of one epoch as tags, from a position to the end of the epoch, and waits for records that
 * are not in the log yet. The sequence headers in force precede the first frame. Keeps the records of one poll in
 * memory. Calls block until the thread is interrupted; confined to one thread.
 */
public final class EpochTags implements AutoCloseable {
    /** Bytes that are fetched at once; a larger record is fetched alone. */
    private static final int FETCH_BYTES = 512 * 1024;

    private final StreamEntry epoch;
    private final StreamTags tags;
    private final Supplier<Withdrawals> withdrawals;
    private final ShownTags shown = new ShownTags();
    private final RangeRecords records;
    private final Queue<LogTag> ready = new ArrayDeque<>();
    private Tracks tracks;
    private boolean started;
    private boolean over;

    private EpochTags(KafkaClients kafka, StreamEntry epoch, StreamTags tags, Supplier<Withdrawals> withdrawals) {
        this.epoch = epoch;
        this.tags = tags;
        this.withdrawals = withdrawals;
        tracks = tags.tracks();
        var partition = kafka.partition(Topic.PACKETS, kafka.partitionOf(epoch.stream()));
        records = new RangeRecords(
                new RangeReader(kafka.seeker("millrace-epoch",
                        Map.of(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES))),
                new PacketRange(partition, epoch.stream(), tags.startOffset()), OptionalLong.empty(), this::expired);
    }

    /**
     * Opens an epoch at its first frame.
     *
     * @param epoch an entry with known tracks
     * @param withdrawals returns the withdrawn ranges of the stream, which are omitted
     */
    public static EpochTags beginning(KafkaClients kafka, StreamEntry epoch, Supplier<Withdrawals> withdrawals) {
        return new EpochTags(kafka, epoch, StreamTags.fromBeginning(epoch.epoch(), Tracks.of(epoch.session().tracks()),
                _ -> Optional.empty(), ChosenTracks.DEFAULT), withdrawals);
    }

    /** Opens an epoch at a position in it. For the parameters see {@link #beginning}. */
    public static EpochTags at(KafkaClients kafka, StreamEntry epoch, EpochPosition position,
            Supplier<Withdrawals> withdrawals) {
        return new EpochTags(kafka, epoch, StreamTags.ofEpoch(epoch, position.start(), position.tracks()),
                withdrawals);
    }

    /**
     * Finds the newest keyframe of an epoch that the index contains. Takes a few round trips.
     *
     * @param nowMs wall clock, ms since 1970
     * @return empty if the index contains none yet
     */
    public static Optional<EpochPosition> newest(KafkaClients kafka, StreamEntry epoch, long nowMs) {
        try (RangeReader reader = RangeReader.ofIndex(kafka, "millrace-epoch-index")) {
            return switch (new Moments(kafka, reader).find(List.of(epoch), nowMs, Topic.PACKETS)) {
                case Moment.NotYet _ -> Optional.empty();
                case Moment.At at -> Optional.of(new EpochPosition(epoch.epoch(), at.entry().keyframe(),
                        new Cuts(kafka, reader).tracks(epoch, at.entry(), ReadBudget.unlimited())));
            };
        }
    }

    /**
     * Returns the next tag; empty after the end of the epoch. Blocks until it is in the log.
     *
     * @throws ExpiredPositionException if retention has deleted the next records
     * @throws org.apache.kafka.common.KafkaException if the log cannot be read
     */
    public Optional<LogTag> next() {
        while (ready.isEmpty()) {
            if (over || !records.follow(tags::isOver, this::read)) {
                return Optional.empty();
            }
        }
        return Optional.of(ready.remove());
    }

    private boolean read(long offset, PacketsRecord record) {
        long arrivalMs = record instanceof Packet packet ? packet.arrivalUs() / 1_000 : 0;
        for (TagEvent event : shown.of(tags.fold(offset, record), withdrawals.get(), epoch.epoch(), offset)) {
            switch (event) {
                case TagEvent.Config config -> {
                    track(config);
                    // Those before the first frame are sent together, right before it.
                    if (started) {
                        ready.add(new LogTag(event, arrivalMs, Optional.empty()));
                    }
                }
                case TagEvent.Frame frame -> frame(frame, offset, arrivalMs);
                case TagEvent.End _ -> {
                    ready.add(new LogTag(event, arrivalMs, Optional.empty()));
                    over = true;
                }
            }
        }
        return !over;
    }

    private void frame(TagEvent.Frame frame, long offset, long arrivalMs) {
        if (!started) {
            started = true;
            tags.configs().forEach(config -> {
                track(config);
                ready.add(new LogTag(config, arrivalMs, Optional.empty()));
            });
        }
        ready.add(new LogTag(frame, arrivalMs, frame.entry()
                ? Optional.of(new EpochPosition(epoch.epoch(), tags.start(offset), tracks))
                : Optional.empty()));
    }

    private void track(TagEvent.Config config) {
        try {
            CodecConfig changed = SequenceHeader.config(config.tag());
            tracks = switch (changed) {
                case VideoConfig video -> new Tracks(video, tracks.audio(), tracks.further());
                case AudioConfig audio -> new Tracks(tracks.video(), audio, tracks.further());
            };
        } catch (MediaException _) {
            // The header is sent unchanged; a reader that starts later begins with the previous one.
        }
    }

    private long expired() {
        throw new ExpiredPositionException("retention has deleted the next records of " + epoch.stream());
    }

    @Override
    public void close() {
        records.close();
    }
}
