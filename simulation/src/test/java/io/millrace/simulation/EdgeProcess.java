package io.millrace.simulation;

import io.millrace.edge.follow.SteppedEpoch;
import io.millrace.edge.log.SteppedParts;
import io.millrace.edge.view.EpochView;
import io.millrace.edge.view.Front;
import io.millrace.edge.view.Lineup;
import io.millrace.edge.view.PartsView;
import io.millrace.edge.view.RenderedText;
import io.millrace.edge.view.RenditionFiles;
import io.millrace.edge.view.RenditionView;
import io.millrace.edge.view.Segment;
import io.millrace.edge.view.VariantList;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.m3u8.PartsPlaylist;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.kafka.SteppedStops;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.IndexRecord;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamExpiry;
import io.millrace.simulation.kafka.ModelKafka;
import io.millrace.simulation.kafka.ModelPartition;
import io.millrace.simulation.kafka.ModelReader;
import io.millrace.simulation.kafka.NextRelease;
import io.millrace.testkit.oracle.Fact;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One run of an edge: production's directory, followed epochs and playlists. As production does, it accepts viewers when
 * it has read the directory. Each epoch has one viewer, which arrives up to 25 s after the epoch is listed, reloads the
 * playlists of all renditions at each change, and loads each segment listed. Confined to one thread.
 */
final class EdgeProcess extends StageProcess {
    private static final int TICK_MS = 1_000;
    private static final int LATEST_MS = 25_000;
    private static final int LOAD_MS = 300;
    private static final int OLDER_RARELY = 4;
    private static final int WHOLE = -1;
    private static final Loaded NOTHING = new Loaded(0, null, "");
    /** The name of a rendition in the URI of its playlist. */
    private static final Pattern MEDIA_URI = Pattern.compile("([a-z]+\\d*)/index\\.m3u8");

    private final World world;
    private final ModelKafka kafka;
    private final int number;
    private final NodeClock clock;
    private final boolean isNextRelease;
    private final boolean isByOffset;
    private final SteppedStops stops = new SteppedStops();
    private final StreamDirectory directory = new StreamDirectory();
    /** The epochs that were listed, of which each has a viewer. */
    private final Set<Key> listed = new HashSet<>();
    private final Map<Key, SteppedEpoch> followed = new TreeMap<>();
    private final Map<Integer, ModelReader> tails = new HashMap<>();
    private final Map<Media, Loaded> playlists = new HashMap<>();
    private final Map<Key, Shown> newest = new HashMap<>();
    private final Set<File> loaded = new HashSet<>();
    private final Map<Key, Set<String>> variants = new HashMap<>();
    /** The ends of the directory when the edge started, by reader. */
    private final Map<ModelReader, Long> unread = new HashMap<>();
    private boolean accepting;
    /** A partition cannot be read any further. */
    private boolean isStopped;

    /** @param rendered null while nothing is listed */
    private record Loaded(long readTo, RenderedText rendered, String text) {
        /** Returns the next playlist. The same text is the same object. */
        Loaded then(long readTo, RenderedText next) {
            if (next == rendered) {
                return new Loaded(readTo, rendered, text);
            }
            String read = new String(next.plain(), StandardCharsets.UTF_8);
            return new Loaded(readTo, next, read.equals(text) ? text : read);
        }
    }

    private record Shown(EpochView view, long readTo) {
        boolean isSame(Shown before) {
            return before != null && before.view == view && before.readTo == readTo;
        }
    }

    private record Media(Key key, String rendition) {}

    /** @param part {@link #WHOLE} for a segment */
    private record File(Key key, String rendition, long segment, int part) {}

    private record Key(String stream, long epoch) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byStream = stream.compareTo(other.stream);
            return byStream != 0 ? byStream : Long.compare(epoch, other.epoch);
        }
    }

    /** @param isNextRelease whether it can read what the next release writes */
    EdgeProcess(World world, ModelKafka kafka, int number, NodeClock clock, boolean isNextRelease,
            Set<Defect> defects) {
        super(world.history(), Stage.EDGE.name(number));
        this.world = world;
        this.kafka = kafka;
        this.number = number;
        this.clock = clock;
        this.isNextRelease = isNextRelease;
        this.isByOffset = defects.contains(Defect.PARTS_BY_OFFSET);
    }

    @Override
    void start() {
        for (int p = 0; p < NodeSettings.PARTITIONS; p++) {
            ModelPartition streams = kafka.partition(NodeSettings.STREAMS, p);
            unread.put(new ModelReader(kafka, streams, this, stored -> {
                if (passes(streams, stored)) {
                    read(stored);
                    world.events().after(0, () -> run(this::acceptWhenRead));
                }
            }), streams.highWatermark());
        }
        acceptWhenRead();
        tick();
    }

    /** Returns whether this release receives the record: not after one that it cannot read. */
    private boolean passes(ModelPartition of, ModelPartition.Stored stored) {
        boolean passes = isNextRelease || stops.passes(of.topic(), of.number(), stored.offset(), stored.value());
        isStopped |= !passes;
        return passes;
    }

    private void acceptWhenRead() {
        if (!accepting && !isStopped
                && unread.entrySet().stream().allMatch(each -> each.getKey().position() >= each.getValue())) {
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
                        _ -> new ModelReader(kafka, index(partition), end, this, stored -> {
                            if (passes(index(partition), stored)) {
                                next(stored);
                            } else {
                                tails.get(partition).close();
                            }
                        }));
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
        if (!isNextRelease && index.read(from, Integer.MAX_VALUE).stream()
                .anyMatch(stored -> NextRelease.isOnly(stored.value()))) {
            return;
        }
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
        EpochView view = epoch.view();
        Shown shown = new Shown(view, readTo);
        if (view == null || shown.isSame(newest.put(key, shown))) {
            return;
        }
        // In order, because the order of a map of renditions is another one in each process.
        NavigableMap<String, RenditionId> renditions = new TreeMap<>();
        renditions.put(new RenditionFiles(RenditionId.TS).name(), RenditionId.TS);
        view.renditions().keySet().forEach(each -> renditions.put(new RenditionFiles(each).name(), each));
        renditions.forEach((name, rendition) -> show(key, view, rendition, name, readTo));
    }

    private void show(Key key, EpochView view, RenditionId rendition, String name, long readTo) {
        RenditionView its = view.of(rendition);
        boolean hasParts = view.hasParts(rendition);
        // A playlist of MPEG-TS without a segment is shown as an empty text.
        if (rendition.format() != Format.TS && !view.isShowable(rendition)) {
            return;
        }
        Loaded before = playlists.getOrDefault(new Media(key, name), NOTHING);
        Loaded playlist = before.then(readTo, hasParts
                ? view.parts().text(rendition, PartsPlaylist.Skip.NOTHING)
                : its.media());
        if (before == NOTHING || readTo != before.readTo() || playlist.text() != before.text()) {
            playlists.put(new Media(key, name), playlist);
            world.history().add(new Fact.Playlist(key.stream(), number, key.epoch(), name, readTo, playlist.text()));
        }
        if (playlist.text() != before.text()) {
            for (Segment segment : its.segments().values()) {
                if (segment.complete() && loaded.add(new File(key, name, segment.number(), WHOLE))) {
                    world.events().after(world.chance().between(1, LOAD_MS),
                            () -> run(() -> load(key, rendition, segment)));
                }
            }
        }
        if (!view.ended() && hasParts) {
            reload(key, view.parts(), rendition, name);
        }
    }

    /** Requests of low-latency HLS: the newest part, and sometimes an older one. */
    private void reload(Key key, PartsView parts, RenditionId rendition, String name) {
        Front front = parts.front();
        if (loaded.add(new File(key, name, front.segment(), front.part()))) {
            asOf(key, parts, rendition, name, front.segment(), front.part());
            if (world.chance().oneIn(OLDER_RARELY)) {
                asOf(key, parts, rendition, name, Math.max(0, front.segment() - world.chance().between(0, 3)),
                        world.chance().between(-1, 4));
            }
        }
    }

    /** @param part -1 for the whole segment */
    private void asOf(Key key, PartsView parts, RenditionId rendition, String name, long segment, int part) {
        parts.reached(segment, part).filter(at -> parts.lists(rendition, at))
                .ifPresent(at -> world.history().add(new Fact.AsOf(key.stream(), number, key.epoch(), name,
                        at.segment(), at.part(),
                        new String(parts.text(rendition, at, PartsPlaylist.Skip.NOTHING).plain(),
                                StandardCharsets.UTF_8))));
    }

    /** A request for a segment and its init section: the records at the offsets of its parts, if they are its parts. */
    private void load(Key key, RenditionId rendition, Segment segment) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int initBytes = segment.parts().getFirst().initBytes();
        Optional<List<ByteBuffer>> read = parts(key, rendition, segment);
        if (read.isEmpty()) {
            // It has expired, or the log has lost it.
            return;
        }
        for (ByteBuffer part : read.get()) {
            byte[] copy = new byte[part.remaining()];
            part.duplicate().get(copy);
            bytes.writeBytes(copy);
        }
        ByteBuffer all = ByteBuffer.wrap(bytes.toByteArray());
        initBytes = Math.min(initBytes, all.limit());
        String name = new RenditionFiles(rendition).name();
        if (rendition.format() == Format.CMAF) {
            world.history().add(new Fact.Init(key.stream(), number, key.epoch(), name,
                    segment.start().discontinuity(), all.slice(0, initBytes)));
        }
        ByteBuffer body = all.slice(initBytes, all.limit() - initBytes);
        world.history().add(new Fact.Served(key.stream(), number, key.epoch(), name, segment.number(),
                rendition.format() == Format.CMAF ? Wire.numbersOfCmaf(body) : Wire.numbersOf(body.duplicate()), body));
    }

    private Optional<List<ByteBuffer>> parts(Key key, RenditionId rendition, Segment segment) {
        ModelPartition parts = kafka.partition(PackagerProcess.PARTS, NodeSettings.KAFKA.partitionOf(key.stream()));
        try {
            return SteppedParts.segment(key.stream(), rendition, new PartId(key.epoch(), segment.number(), 0),
                    segment.start(), segment.parts(),
                    (of, id, place) -> parts.read(place.offset(), 1).stream()
                            .filter(stored -> isPart(key.stream(), of, id, place, stored))
                            .map(stored -> ((Part) stored.decoded()).bytes()).findFirst());
        } catch (MediaException | IllegalStateException e) {
            if (isByOffset) {
                // Made from parts of something else, which is not the defect that is looked for.
                return Optional.empty();
            }
            throw e;
        }
    }

    private boolean isPart(String stream, RenditionId rendition, PartId id, PartPlace place,
            ModelPartition.Stored stored) {
        boolean isReadable = isNextRelease || !NextRelease.isOnly(stored.value());
        return isReadable && stored.offset() == place.offset() && (isByOffset
                ? stored.key().equals(stream)
                : SteppedParts.is(stream, rendition, id, place, stored.key(), stored.decoded()));
    }

    /** A request for {@code /live/show.m3u8}. */
    private void variants(Key key, EpochView view) {
        directory.epoch(key.stream(), key.epoch()).filter(entry -> entry.state() != StreamEntry.State.ENDED)
                .ifPresent(entry -> {
                    Lineup lineup = Lineup.best(List.of(entry));
                    if (!lineup.isEmpty() && lineup.isReady(view)) {
                        String text = new String(VariantList.render(entry, lineup.in(view), view).plain(),
                                StandardCharsets.UTF_8);
                        Set<String> named = MEDIA_URI.matcher(text).results().map(each -> each.group(1))
                                .collect(Collectors.toCollection(TreeSet::new));
                        if (!named.equals(variants.put(key, named))) {
                            world.history().add(new Fact.Variants(key.stream(), number, key.epoch(), named));
                        }
                    }
                });
    }

    private void tick() {
        followed.forEach((key, epoch) -> {
            epoch.tick(clock.millis());
            if (epoch.view() != null) {
                show(key, epoch);
                variants(key, epoch.view());
            }
        });
        world.events().after(TICK_MS, () -> run(this::tick));
    }

    private ModelPartition index(int partition) {
        return kafka.partition(PackagerProcess.INDEX, partition);
    }
}
