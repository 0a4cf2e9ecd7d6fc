package io.millrace.edge.feed;

import io.millrace.edge.EdgeMeters;
import io.millrace.edge.live.Directory;
import io.millrace.edge.live.EpochView;
import io.millrace.edge.live.Keyframe;
import io.millrace.edge.live.Pace;
import io.millrace.platform.FatalError;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.RangeReader;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Ticker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The live tail of {@code packets} for those streams that somebody watches by FLV here. Thread-safe.
 *
 * <p>A partition is followed from the first viewer of one of its streams to the last. A joiner's group of pictures is read
 * by a reader of its own and put in front of what came meanwhile.
 */
public final class PacketFeed implements FlvSource, AutoCloseable, Tail.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(PacketFeed.class);
    private static final long ANY_SESSION = 0;
    /** A group of pictures on its way, with all that its partition's other streams wrote meanwhile. */
    private static final long PAST_LIMIT_BYTES = TagRing.GOP_LIMIT_BYTES * 2;

    /**
     * Sound alone is not worth a round trip to the broker: it comes with the picture behind it, or a frame's time later at 20
     * frames a second. An answer for each packet costs more than the writes to a hundred viewers.
     */
    private static final Map<String, ?> FETCH = Map.of(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1024,
            ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50);

    private final KafkaClients kafka;
    private final Directory directory;
    private final EpochSource epochs;
    private final ReaderPool readers;
    private final long tickNanos;
    private final EdgeMeters meters;
    private final Map<String, FlvChannel> channels = new HashMap<>();
    /** Streams of {@link #channels}, for other threads to ask. */
    private final Set<String> watched = ConcurrentHashMap.newKeySet();
    private final Map<EventExecutor, Pace> paces = new HashMap<>();
    private final Tail tail;

    PacketFeed(KafkaClients kafka, String node, Directory directory, EpochSource epochs, ReaderPool readers,
            long tickNanos, EdgeMeters meters, FatalError fatal) {
        this.tickNanos = tickNanos;
        this.kafka = kafka;
        this.directory = directory;
        this.epochs = epochs;
        this.readers = readers;
        this.meters = meters;
        tail = new Tail("edge-packets", kafka.reader(node + "-edge-packets", FETCH), this, fatal);
    }

    void start() {
        tail.start();
    }

    boolean isAlive() {
        return tail.isAlive();
    }

    @Override
    public void join(String stream, FlvSink sink) {
        watched.add(stream);
        tail.execute(() -> {
            FlvChannel channel = open(stream, ANY_SESSION);
            channel.join(sink);
            fill(channel);
        });
    }

    /** A viewer of the past comes to the present. */
    void join(String stream, FlvChannel.Seam seam) {
        watched.add(stream);
        tail.execute(() -> {
            FlvChannel channel = open(stream, ANY_SESSION);
            channel.join(seam);
            fill(channel);
            sweep(channel);
        });
    }

    private FlvChannel open(String stream, long firstSession) {
        FlvChannel channel = channels.get(stream);
        if (channel == null) {
            channel = new FlvChannel(stream, firstSession, tail.follow(partition(stream)),
                    offset -> new FlvBroadcast(offset, this::pace, Ticker.systemTicker(), meters));
            channels.put(stream, channel);
            watched.add(stream);
        }
        return channel;
    }

    @Override
    public void leave(String stream, FlvSink sink) {
        tail.execute(() -> {
            FlvChannel channel = channels.get(stream);
            if (channel != null) {
                channel.leave(sink);
                if (channel.isEmpty()) {
                    letGo(channel);
                }
            }
        });
    }

    /** The directory has something new; called by its feed. */
    void changed(StreamEntry entry) {
        if (watched.contains(entry.stream())) {
            tail.execute(() -> {
                FlvChannel channel = channels.get(entry.stream());
                if (channel != null) {
                    fill(channel);
                    sweep(channel);
                }
            });
        }
    }

    /** Begins to read the past as soon as the directory knows the tracks; the index then says where a keyframe is. */
    private void fill(FlvChannel channel) {
        StreamEntry entry = directory.newest(channel.stream()).orElse(null);
        if (entry != null && entry.state() == StreamEntry.State.ENDED && channel.state() == FlvChannel.State.WAITING) {
            channel.turnAwaySeams();
        }
        if (entry != null && channel.tracksKnown(entry)) {
            Watch watch = epochs.watch(entry);
            watch.await(_ -> true, view -> tail.execute(() -> readPast(channel, view)));
        }
    }

    private void readPast(FlvChannel channel, EpochView view) {
        Keyframe keyframe = view.newestKeyframe();
        StreamEntry entry = channel.entry();
        // One of an earlier session may have other tracks than those that the directory names now.
        channel.startAt(keyframe != null && keyframe.session() >= entry.session()
                ? keyframe
                : new Keyframe(entry.session(), entry.sessionOffset(), entry.timestampOffsetMs()));
        readers.submit(reader -> past(reader, channel.stream(), channel.startOffset(), channel.tailFrom()))
                .whenComplete((past, failure) -> tail.execute(() -> {
                    if (failure == null) {
                        guard(channel, () -> channel.filled(past));
                        channel.flush();
                    } else {
                        LOG.warn("the packets of {} could not be read", channel.stream(), failure);
                        channel.over();
                    }
                    sweep(channel);
                }));
    }

    private List<FlvChannel.At> past(RangeReader reader, String stream, long from, long to) {
        List<FlvChannel.At> past = new ArrayList<>();
        long[] bytes = {0};
        reader.read(partition(stream), from, to, record -> {
            if (stream.equals(record.key()) && record.value() instanceof PacketsRecord packet) {
                past.add(new FlvChannel.At(record.offset(), packet));
            }
            bytes[0] += record.serializedValueSize();
            if (bytes[0] > PAST_LIMIT_BYTES) {
                throw new BusyException("the keyframe of " + stream + " is too far back");
            }
            return true;
        });
        return past;
    }

    @Override
    public void records(List<ConsumerRecord<String, LogRecord>> records) {
        Set<FlvChannel> touched = new LinkedHashSet<>();
        for (ConsumerRecord<String, LogRecord> record : records) {
            FlvChannel channel = channels.get(record.key());
            if (channel != null) {
                read(channel, record);
                touched.add(channel);
            }
        }
        touched.forEach(channel -> {
            channel.flush();
            sweep(channel);
        });
    }

    private void read(FlvChannel channel, ConsumerRecord<String, LogRecord> record) {
        if (!(record.value() instanceof PacketsRecord packet)) {
            meters.dropped("undecodable", 1);
            return;
        }
        guard(channel, () -> channel.next(new FlvChannel.At(record.offset(), packet)));
    }

    /** A failure while folding one stream lets go its viewers and nobody else's. */
    private static void guard(FlvChannel channel, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.error("viewers of {} are let go", channel.stream(), e);
            channel.over();
        }
    }

    private void sweep(FlvChannel channel) {
        if (channel.state() == FlvChannel.State.OVER || channel.isEmpty()) {
            letGo(channel);
        }
    }

    private void letGo(FlvChannel channel) {
        channel.over();
        if (channels.remove(channel.stream(), channel)) {
            if (!channel.heirs().isEmpty()) {
                FlvChannel next = open(channel.stream(), channel.lastSession());
                channel.heirs().forEach(next::join);
                fill(next);
                return;
            }
            watched.remove(channel.stream());
            int partition = kafka.partitionOf(channel.stream());
            if (channels.keySet().stream().noneMatch(stream -> kafka.partitionOf(stream) == partition)) {
                tail.letGo(partition(channel.stream()));
            }
        }
    }

    @Override
    public void tick() {
        // Everything here happens by records and commands.
    }

    /** All streams on a loop share its pace. */
    private Pace pace(EventExecutor loop) {
        return paces.computeIfAbsent(loop, _ -> new Pace(tickNanos, loop.ticker().nanoTime()));
    }

    private TopicPartition partition(String stream) {
        return kafka.partition(Topic.PACKETS, kafka.partitionOf(stream));
    }

    @Override
    public void closing() {
        List.copyOf(channels.values()).forEach(this::letGo);
    }

    @Override
    public void close() {
        tail.close();
    }
}
