package io.millrace.edge.fanout;

import io.millrace.edge.follow.EpochSource;
import io.millrace.edge.log.ReaderPool;
import io.millrace.edge.log.Tail;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.view.Pace;
import io.millrace.platform.FatalError;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.timeline.ChosenTracks;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Ticker;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The live tail of {@code packets} for the streams that FLV and RTMP viewers watch here. Thread-safe: calls of other
 * threads are passed to the thread of the tail ({@code edge-packets}), which owns all channels.
 *
 * <p>A partition is followed while one of its streams has a viewer. A stream has an {@link FlvChannel} while it has
 * viewers, and one for each choice of tracks other than the default ones. When it gets its first viewer, a separate reader reads the latest GOP ({@link ChannelStarter}); its records
 * are folded before those that arrived meanwhile.
 */
public final class PacketFeed implements FlvSource, AutoCloseable, Tail.Owner {
    private static final long ANY_SESSION = 0;

    /**
     * Audio alone does not justify a round trip to the broker: it arrives with the next video frame, at 20 frames per
     * second after one frame interval. A fetch response per packet costs more than the writes to a hundred viewers.
     */
    private static final Map<String, ?> FETCH = Map.of(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1024,
            ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50);

    private final KafkaClients kafka;
    private final RingMemory memory;
    private final long tickNanos;
    private final EdgeMeters meters;
    /** The map, the channels and the paces are owned by the thread of the tail. */
    private final ChannelMap channels = new ChannelMap();
    /** The streams of {@link #channels} and those that viewers are about to join, readable by other threads. */
    private final Set<String> watched = ConcurrentHashMap.newKeySet();
    private final Map<EventExecutor, Pace> paces = new HashMap<>();
    private final Tail tail;
    private final ChannelStarter starter;

    /**
     * @param node this process's id, part of Kafka client ids
     * @param tickNanos interval of the writes on an event loop; 0 writes every tag at once, {@link Pace#ADAPTIVE}
     *     adapts to the load
     */
    public PacketFeed(KafkaClients kafka, String node, StreamDirectory directory, EpochSource epochs,
            ReaderPool readers, RingMemory memory, long tickNanos, EdgeMeters meters, FatalError fatal) {
        this.memory = memory;
        this.tickNanos = tickNanos;
        this.kafka = kafka;
        this.meters = meters;
        tail = new Tail("edge-packets", kafka.reader(node + "-edge-packets", FETCH),
                kafka.reader(node + "-edge-packets-ends"), this, fatal);
        starter = new ChannelStarter(directory, epochs, new Backfill(kafka, readers, memory), tail::execute,
                this::sweep);
    }

    /** Starts the tail's thread. Call once. */
    public void start() {
        tail.start();
    }

    /** Returns whether the tail's thread is running. */
    public boolean isAlive() {
        return tail.isAlive();
    }

    @Override
    public void join(String stream, FlvSink sink) {
        watched.add(stream);
        tail.execute(() -> {
            if (hasRoom(stream, sink)) {
                FlvChannel channel = open(stream, sink.chosen(), ANY_SESSION);
                channel.join(sink);
                starter.fill(channel);
            }
        });
    }

    /** Returns whether there is memory for the viewer's stream; rejects the viewer if there is none. */
    private boolean hasRoom(String stream, FlvSink sink) {
        FlvChannel channel = channels.get(stream, sink.chosen());
        boolean fits = memory.hasPlaces(channels.all(), channel, sink.framing().layout());
        if (!fits) {
            sink.execute(sink::busy);
            if (channels.of(stream).isEmpty()) {
                watched.remove(stream);
            }
        }
        return fits;
    }

    /** Switches a viewer of past media to the live stream. */
    public void join(String stream, FlvChannel.Seam seam) {
        watched.add(stream);
        tail.execute(() -> {
            if (hasRoom(stream, seam.sink())) {
                FlvChannel channel = open(stream, seam.sink().chosen(), ANY_SESSION);
                channel.join(seam);
                starter.fill(channel);
                sweep(channel);
            }
        });
    }

    private FlvChannel open(String stream, ChosenTracks chosen, long firstSession) {
        FlvChannel channel = channels.get(stream, chosen);
        if (channel == null) {
            channel = new FlvChannel(stream, chosen, firstSession, tail.follow(partition(stream)), memory,
                    offset -> new FlvBroadcast(offset, memory, this::pace, Ticker.systemTicker(), meters));
            channels.add(channel);
            watched.add(stream);
        }
        return channel;
    }

    @Override
    public void leave(String stream, FlvSink sink) {
        tail.execute(() -> {
            FlvChannel channel = channels.get(stream, sink.chosen());
            if (channel != null) {
                channel.leave(sink);
                if (channel.isEmpty()) {
                    remove(channel);
                }
            }
        });
    }

    /** Called by the directory's feed when a stream has changed. */
    public void changed(StreamEntry entry) {
        if (watched.contains(entry.stream())) {
            tail.execute(() -> List.copyOf(channels.of(entry.stream())).forEach(channel -> {
                starter.fill(channel);
                sweep(channel);
            }));
        }
    }

    @Override
    public void records(List<ConsumerRecord<String, LogRecord>> records) {
        Set<FlvChannel> touched = new LinkedHashSet<>();
        for (ConsumerRecord<String, LogRecord> record : records) {
            for (FlvChannel channel : channels.of(record.key())) {
                read(channel, record);
                touched.add(channel);
            }
        }
        touched.forEach(channel -> {
            channel.flush();
            sweep(channel);
        });
    }

    /** Ends the channels of the partition. Players reconnect, and get what the log has now. */
    @Override
    public void lost(TopicPartition partition) {
        channels.all().stream().filter(channel -> partition(channel.stream()).equals(partition))
                .forEach(channel -> {
                    channel.over();
                    sweep(channel);
                });
    }

    private void read(FlvChannel channel, ConsumerRecord<String, LogRecord> record) {
        if (!(record.value() instanceof PacketsRecord packet)) {
            meters.dropped("undecodable", 1);
            return;
        }
        ChannelStarter.guard(channel, () -> channel.next(new FlvChannel.At(record.offset(), packet)));
    }

    /** Removes the channel if it is over or has no viewers. */
    private void sweep(FlvChannel channel) {
        if (channel.state() == FlvChannel.State.OVER || channel.isEmpty()) {
            remove(channel);
        }
    }

    private void remove(FlvChannel channel) {
        channel.over();
        if (channels.remove(channel)) {
            if (!channel.successors().isEmpty()) {
                FlvChannel next = open(channel.stream(), channel.chosen(), channel.lastSession());
                channel.successors().forEach(next::join);
                starter.fill(next);
                return;
            }
            if (!channels.of(channel.stream()).isEmpty()) {
                return;
            }
            watched.remove(channel.stream());
            int partition = kafka.partitionOf(channel.stream());
            if (channels.streams().stream().noneMatch(stream -> kafka.partitionOf(stream) == partition)) {
                tail.unfollow(partition(channel.stream()));
            }
        }
    }

    @Override
    public void tick() {
        // All work is driven by records and commands.
    }

    /** Returns the pace that all streams on an event loop share. */
    private Pace pace(EventExecutor loop) {
        return paces.computeIfAbsent(loop, _ -> new Pace(tickNanos, loop.ticker().nanoTime()));
    }

    private TopicPartition partition(String stream) {
        return kafka.partition(Topic.PACKETS, kafka.partitionOf(stream));
    }

    @Override
    public void closing() {
        channels.all().forEach(this::remove);
    }

    @Override
    public void close() {
        tail.close();
    }
}
