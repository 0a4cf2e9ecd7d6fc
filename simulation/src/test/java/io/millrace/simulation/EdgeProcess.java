package io.millrace.simulation;

import io.millrace.edge.follow.SteppedEpoch;
import io.millrace.edge.view.RenditionView;
import io.millrace.edge.view.Segment;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.log.IndexRecord;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamExpiry;
import io.millrace.simulation.kafka.ModelKafka;
import io.millrace.simulation.kafka.ModelPartition;
import io.millrace.simulation.kafka.ModelReader;
import io.millrace.testkit.oracle.Fact;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * One run of an edge: production's directory, followed epochs and playlists. As production does, it accepts viewers when
 * it has read the directory. Each epoch has one viewer, which arrives up to 25 s after the epoch is listed, reloads the
 * playlist at each change, and loads each segment listed. Confined to one thread.
 */
final class EdgeProcess extends StageProcess {
    private static final int TICK_MS = 1_000;
    private static final int LATEST_MS = 25_000;
    private static final int LOAD_MS = 300;

    private final World world;
    private final ModelKafka kafka;
    private final int number;
    private final NodeClock clock;
    private final StreamDirectory directory = new StreamDirectory();
    /** The epochs that were listed, of which each has a viewer. */
    private final Set<Key> listed = new HashSet<>();
    private final Map<Key, SteppedEpoch> followed = new TreeMap<>();
    private final Map<Integer, ModelReader> tails = new HashMap<>();
    private final Map<Key, Loaded> playlists = new HashMap<>();
    private final Set<String> loaded = new HashSet<>();
    /** The ends of the directory when the edge started, by reader. */
    private final Map<ModelReader, Long> unread = new HashMap<>();
    private boolean accepting;

    private record Loaded(long readTo, String text) {}

    private record Key(String stream, long epoch) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byStream = stream.compareTo(other.stream);
            return byStream != 0 ? byStream : Long.compare(epoch, other.epoch);
        }
    }

    EdgeProcess(World world, ModelKafka kafka, int number, NodeClock clock) {
        super(world.history(), Stage.EDGE.name(number));
        this.world = world;
        this.kafka = kafka;
        this.number = number;
        this.clock = clock;
    }

    @Override
    void start() {
        for (int p = 0; p < NodeSettings.PARTITIONS; p++) {
            ModelPartition streams = kafka.partition(NodeSettings.STREAMS, p);
            unread.put(new ModelReader(kafka, streams, this, stored -> {
                read(stored);
                world.events().after(0, () -> run(this::acceptWhenRead));
            }), streams.highWatermark());
        }
        acceptWhenRead();
        tick();
    }

    private void acceptWhenRead() {
        if (!accepting && unread.entrySet().stream().allMatch(each -> each.getKey().position() >= each.getValue())) {
            accepting = true;
            Plan.STREAMS.forEach(stream -> directory.history(stream).forEach(this::viewer));
        }
    }

    private void read(ModelPartition.Stored stored) {
        switch (stored.decoded()) {
            case StreamEntry entry -> entry(entry);
            case StreamExpiry expiry -> directory.expired(expiry);
            case null -> {
                StreamKey key = StreamKey.parse(stored.key());
                if (key.isOfStream()) {
                    directory.forget(key.stream());
                } else {
                    directory.remove(key.stream(), key.number());
                }
            }
            default -> throw new IllegalStateException("streams contains " + stored.decoded());
        }
    }

    private void entry(StreamEntry entry) {
        Key key = new Key(entry.stream(), entry.epoch());
        if (!directory.put(entry)) {
            return;
        }
        if (accepting) {
            viewer(entry);
        }
        SteppedEpoch epoch = followed.get(key);
        if (epoch != null) {
            epoch.update(entry);
            show(key, epoch);
        }
    }

    private void viewer(StreamEntry entry) {
        Key key = new Key(entry.stream(), entry.epoch());
        if (listed.add(key)) {
            world.events().after(world.chance().between(0, LATEST_MS), () -> run(() -> watch(key)));
        }
    }

    /** Viewers ask for epochs of which nothing is retained. */
    void judge(Map<String, Set<Long>> expired) {
        expired.forEach((stream, epochs) -> epochs.forEach(epoch -> world.history()
                .add(new Fact.Asked(stream, number, epoch, directory.presence(stream, epoch).name()))));
    }

    private void watch(Key key) {
        if (directory.epoch(key.stream(), key.epoch()).isEmpty()) {
            return;
        }
        world.history().add(new Fact.Watching(key.stream(), number, key.epoch()));
        int partition = NodeSettings.KAFKA.partitionOf(key.stream());
        ModelReader tail = tails.get(partition);
        if (tail != null) {
            begin(key, tail.position());
        } else {
            kafka.askEnd(index(partition), this, end -> {
                ModelReader at = tails.computeIfAbsent(partition,
                        _ -> new ModelReader(kafka, index(partition), end, this, stored -> next(stored)));
                begin(key, at.position());
            });
        }
    }

    private void begin(Key key, long fillTo) {
        directory.epoch(key.stream(), key.epoch()).ifPresent(entry -> {
            SteppedEpoch epoch = new SteppedEpoch(entry, fillTo);
            followed.put(key, epoch);
            fill(key, epoch);
        });
    }

    private void fill(Key key, SteppedEpoch epoch) {
        ModelPartition index = index(NodeSettings.KAFKA.partitionOf(key.stream()));
        long from = index.offsetAt(epoch.fillFromMs(clock.millis())).orElse(index.highWatermark());
        var past = index.read(from, Integer.MAX_VALUE).stream()
                .filter(stored -> stored.offset() < epoch.fillTo()).<Map.Entry<String, LogRecord>>map(
                        stored -> Map.entry(stored.key(), stored.decoded()))
                .iterator();
        world.events().after(world.chance().between(1, LOAD_MS), () -> run(() -> {
            if (epoch.fill(past, from <= index.startOffset())) {
                directory.epoch(key.stream(), key.epoch()).ifPresent(epoch::update);
                show(key, epoch);
            } else {
                fill(key, epoch);
            }
        }));
    }

    private void next(ModelPartition.Stored stored) {
        followed.forEach((key, epoch) -> {
            if (key.stream().equals(stored.key())) {
                epoch.next(stored.offset(), (IndexRecord) stored.decoded());
                show(key, epoch, stored.offset() + 1);
            }
        });
    }

    private void show(Key key, SteppedEpoch epoch) {
        show(key, epoch, tails.get(NodeSettings.KAFKA.partitionOf(key.stream())).position());
    }

    private void show(Key key, SteppedEpoch epoch, long readTo) {
        if (epoch.view() == null) {
            return;
        }
        RenditionView view = epoch.view().of(RenditionId.TS);
        String text = view.isListed() ? new String(view.media().plain(), StandardCharsets.UTF_8) : "";
        Loaded playlist = new Loaded(readTo, text);
        if (playlist.equals(playlists.put(key, playlist))) {
            return;
        }
        world.history().add(new Fact.Playlist(key.stream(), number, key.epoch(), readTo, text));
        view.segments().values().stream().filter(Segment::complete).forEach(segment -> {
            if (loaded.add(key.stream() + " " + key.epoch() + " " + segment.number())) {
                world.events().after(world.chance().between(1, LOAD_MS), () -> run(() -> load(key, segment)));
            }
        });
    }

    /** A request for a segment: the records at the offsets of its parts, if they are parts. */
    private void load(Key key, Segment segment) {
        ModelPartition parts = kafka.partition(PackagerProcess.PARTS, NodeSettings.KAFKA.partitionOf(key.stream()));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        segment.parts().forEach(place -> {
            ModelPartition.Stored stored = parts.read(place.offset(), 1).getFirst();
            if (stored.offset() != place.offset() || !stored.key().equals(key.stream())
                    || !(stored.decoded() instanceof Part part)) {
                throw new IllegalStateException("offset " + place.offset() + " is no part of " + key.stream());
            }
            ByteBuffer body = part.bytes().duplicate();
            byte[] copy = new byte[body.remaining()];
            body.get(copy);
            bytes.writeBytes(copy);
        });
        ByteBuffer body = ByteBuffer.wrap(bytes.toByteArray());
        world.history().add(new Fact.Served(key.stream(), number, key.epoch(), segment.number(),
                Wire.numbersOf(body.duplicate()), body));
    }

    private void tick() {
        followed.forEach((key, epoch) -> {
            epoch.tick(clock.millis());
            if (epoch.view() != null) {
                show(key, epoch);
            }
        });
        world.events().after(TICK_MS, () -> run(this::tick));
    }

    private ModelPartition index(int partition) {
        return kafka.partition(PackagerProcess.INDEX, partition);
    }
}
