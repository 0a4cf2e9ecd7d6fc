package io.millrace.packager.loop;

import ch.qos.logback.classic.Level;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.packager.WrittenLog;
import io.millrace.packager.WrittenLog.Entry;
import io.millrace.packager.meters.PackagerMeters;
import io.millrace.packager.mux.MuxedPart;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.Gap;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.IndexRecord;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SegmentsRecord;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.TrackId;
import io.millrace.testkit.LogCapture;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PartitionWorkTest {
    private static final long ROOMY = 64L << 20;

    private static final Positions BEGINNING = new Positions(0, 0, 0);

    /** What all lives have written to the index. */
    private final List<Entry<IndexRecord>> index = new ArrayList<>();
    private WrittenLog log = new WrittenLog().publish(7, 9, "live/a", "live/b");
    private long nowMs;

    /** One run of a packager over the partition: reads the log, and records what it wrote. */
    private final class Life implements PacketSource, PartSink {
        final SimpleMeterRegistry registry = new SimpleMeterRegistry();
        final LinkedHashMap<String, MuxedPart> parts = new LinkedHashMap<>();
        final Map<String, Gap> gaps = new LinkedHashMap<>();
        /** Parts of MPEG-TS that readers make from others. */
        final Set<String> derived = new LinkedHashSet<>();
        final List<String> ends = new ArrayList<>();
        final Deque<Runnable> unacknowledged = new ArrayDeque<>();
        final PartitionWork work;
        boolean room = true;
        long endOfPackets = log.packets.size();
        long keptFrom;
        long packetAt;
        int cutAt;

        Life(long cacheBytes, Positions from) {
            var recorded = new RecordedGaps();
            for (int i = (int) from.index(); i < index.size(); i++) {
                if (index.get(i).value() instanceof Gap gap) {
                    recorded.add(i, index.get(i).stream(), gap);
                }
            }
            recorded.complete(index.size(), log.cuts.size());
            // A share of a budget that is used alone is half of it.
            work = new PartitionWork(new ByteBudget(2 * cacheBytes).share(), this, this, new PackagerMeters(registry),
                    recorded, PartitionWork.logOfStreams(), () -> TimeUnit.MILLISECONDS.toNanos(nowMs));
            packetAt = from.packets();
            cutAt = (int) from.segments();
            work.packetsReadUpTo(packetAt);
            work.cutsReadUpTo(cutAt);
        }

        Life(long cacheBytes) {
            this(cacheBytes, BEGINNING);
        }

        Life readPackets(int count) {
            for (long end = Math.min(log.packets.size(), packetAt + count); packetAt < end; packetAt++) {
                Entry<Packet> entry = log.packets.get((int) packetAt);
                work.packet(packetAt, entry.stream(), entry.value());
            }
            return advance();
        }

        Life readCuts(int count) {
            for (int end = Math.min(log.cuts.size(), cutAt + count); cutAt < end; cutAt++) {
                decided(cutAt, log.cuts.get(cutAt).stream(), log.cuts.get(cutAt).value());
            }
            return advance();
        }

        void decided(long offset, String stream, SegmentsRecord record) {
            work.decided(offset, stream, record, 0);
        }

        Life advance() {
            while (work.advance()) {
                // The next one.
            }
            return this;
        }

        Life readAll() {
            return readPackets(Integer.MAX_VALUE / 2).readCuts(Integer.MAX_VALUE / 2);
        }

        void acknowledge(int count) {
            for (int i = 0; i < count && !unacknowledged.isEmpty(); i++) {
                unacknowledged.removeFirst().run();
            }
        }

        double dropped(String reason) {
            return registry.get("millrace.dropped").tag("reason", reason).counter().count();
        }

        double count(String name) {
            return registry.get(name).counter().count();
        }

        @Override
        public Map<Long, Packet> read(Set<Long> offsets) {
            Map<Long, Packet> found = new HashMap<>();
            offsets.stream().filter(o -> o >= keptFrom)
                    .forEach(o -> found.put(o, log.packets.get(o.intValue()).value()));
            return found;
        }

        @Override
        public Ends ends() {
            return new Ends(log.cuts.size(), endOfPackets);
        }

        @Override
        public boolean hasRoom() {
            return room;
        }

        @Override
        public void write(String stream, MuxedPart part, long loggedMs, LongConsumer indexed) {
            parts.putIfAbsent(identity(stream, part.cut().id(), part.part().rendition()), part);
            write(stream, part.entry(parts.size()), loggedMs, indexed);
        }

        @Override
        public void derive(String stream, MuxedPart part, List<RenditionId> sources, long loggedMs,
                LongConsumer indexed) {
            assertThat(sources).as("sources that were written before").isNotEmpty()
                    .allMatch(source -> parts.containsKey(identity(stream, part.cut().id(), source)));
            derived.add(identity(stream, part.cut().id()));
            write(stream, part, loggedMs, indexed);
        }

        @Override
        public void write(String stream, IndexRecord record, long loggedMs, LongConsumer indexed) {
            switch (record) {
                case Gap gap -> gaps.putIfAbsent(identity(stream, gap.id(), gap.rendition()), gap);
                case EpochEnded _ -> ends.add(stream + " after " + parts.lastEntry().getKey());
                case IndexEntry _ -> {
                    // Recorded with its part.
                }
            }
            unacknowledged.add(() -> {
                index.add(new Entry<>(index.size(), stream, record));
                indexed.accept(index.size() - 1);
            });
        }
    }

    private static String identity(String stream, PartId id) {
        return stream + " " + id.epoch() + "/" + id.segment() + "." + id.part();
    }

    /** The rendition is part of the text unless it is MPEG-TS, which most tests have alone. */
    private static String identity(String stream, PartId id, RenditionId rendition) {
        return identity(stream, id) + (rendition.equals(RenditionId.TS) ? "" : " " + rendition.words());
    }

    private void publish(Format... formats) {
        log = new WrittenLog(formats).publish(7, 9, "live/a", "live/b");
    }

    private static void assertAt(Life life, long segments, long packets) {
        assertThat(life.work.positions()).extracting(Positions::segments, Positions::packets)
                .containsExactly(segments, packets);
    }

    private List<String> identities() {
        return log.cuts.stream().map(entry -> identity(entry.stream(), entry.value().id())).toList();
    }

    @Test
    void muxesPartsInOrderOfCuts() {
        Life life = new Life(ROOMY).readAll();
        assertThat(life.parts.keySet()).containsExactlyElementsOf(identities());
        assertThat(identities()).hasSizeGreaterThan(40);
        assertThat(life.count("millrace.packager.rereads")).isZero();
    }

    @Test
    void cutWaitsForItsPackets() {
        Life life = new Life(ROOMY).readCuts(1000);
        assertThat(life.parts).isEmpty();
        long last = log.cuts.get(2).value().packets().lastOffset();
        life.readPackets((int) last);
        assertThat(life.parts).hasSize(2);
        life.readPackets(1);
        assertThat(life.parts).hasSize(3);
    }

    /** {@code packets} was created again: its packets have the offsets of earlier ones, and other sessions. */
    @Test
    void segmentsWithLostPacketsAreGapsAtOnce() {
        Life life = new Life(ROOMY);
        life.keptFrom = Long.MAX_VALUE;
        life.endOfPackets = 3;
        life.readCuts(1000);
        assertThat(life.parts).isEmpty();
        assertThat(life.gaps).isNotEmpty();
        assertThat(life.work.positions().segments()).as("nothing waits").isLessThanOrEqualTo(log.cuts.size());
        life.acknowledge(1_000);
        assertThat(life.work.positions().segments()).isEqualTo(log.cuts.size());
    }

    @Test
    void packetsOfAnotherSessionAtTheSameOffsetsAreNotMuxed() {
        Life life = new Life(ROOMY);
        life.keptFrom = Long.MAX_VALUE;
        for (; life.packetAt < log.packets.size(); life.packetAt++) {
            Entry<Packet> entry = log.packets.get((int) life.packetAt);
            life.work.packet(life.packetAt, entry.stream(), entry.value().numbered(4711, 0));
        }
        life.readCuts(1000);
        assertThat(life.parts).isEmpty();
        assertThat(life.gaps).isNotEmpty();
    }

    @Test
    void packetsThatAreReadAgainAfterALossReplaceThoseBefore() {
        Life life = new Life(ROOMY);
        life.work.packet(0, "live/a", log.packets.getFirst().value().numbered(4711, 0));
        life.work.packet(40, "live/a", log.packets.getFirst().value().numbered(4711, 1));
        try (LogCapture captured = new LogCapture(PartitionWork.class)) {
            life.readAll();
            assertThat(captured.texts(Level.WARN)).singleElement().asString().startsWith("packets lost records");
        }
        assertThat(life.parts.keySet()).containsExactlyElementsOf(identities());
        assertThat(life.count("millrace.packager.rereads")).isZero();
    }

    @Test
    void rereadsEvictedPackets() {
        Life roomy = new Life(ROOMY).readAll();
        Life tight = new Life(4_000);
        tight.readPackets(1000);
        assertThat(tight.work.cachedBytes()).isLessThanOrEqualTo(4_000);
        tight.readCuts(1000);
        assertThat(tight.parts).isEqualTo(roomy.parts);
        assertThat(tight.count("millrace.packager.rereads")).isGreaterThan(20);
    }

    @Property(tries = 60)
    void restartAnywhereResultsInSameBytesAndGaps(@ForAll long seed,
            @ForAll @IntRange(min = 0, max = 100_000) int cache, @ForAll boolean withCmaf) {
        index.clear();
        publish(withCmaf ? new Format[]{Format.CMAF, Format.TS} : new Format[]{Format.TS});
        breakSegment("live/a", 2, 1);
        silence("live/b", 3);
        Random random = new Random(seed);
        Life whole = new Life(ROOMY).readAll();
        Map<String, MuxedPart> written = new LinkedHashMap<>();
        Map<String, Gap> gaps = new LinkedHashMap<>();
        Positions from = BEGINNING;
        for (int lives = 0; lives < 4; lives++) {
            Life life = new Life(cache, from);
            for (int i = random.nextInt(12); i > 0; i--) {
                life.readPackets(random.nextInt(60)).readCuts(random.nextInt(8));
                life.acknowledge(random.nextInt(10));
            }
            Positions next = life.work.positions();
            assertThat(next.segments()).isGreaterThanOrEqualTo(from.segments());
            life.parts.forEach(written::putIfAbsent);
            life.gaps.forEach(gaps::putIfAbsent);
            from = next;
        }
        Life last = new Life(cache, from).readAll();
        last.parts.forEach(written::putIfAbsent);
        last.gaps.forEach(gaps::putIfAbsent);
        assertThat(written).containsExactlyInAnyOrderEntriesOf(whole.parts);
        assertThat(gaps).isEqualTo(whole.gaps).hasSize(withCmaf ? 2 : 1);
        last.parts.forEach((identity, part) -> assertThat(part).isEqualTo(whole.parts.get(identity)));
    }

    @Test
    void positionIsStartOfOldestOpenSegment() {
        Life life = new Life(ROOMY).readAll();
        Cut first = log.cuts.getFirst().value();
        assertAt(life, 0, first.packets().firstOffset());
        int firstOpen = 0;
        for (int acknowledged = 0; acknowledged < log.cuts.size(); acknowledged++) {
            life.acknowledge(1);
            while (firstOpen < log.cuts.size() && isIndexed(firstOpen, acknowledged)) {
                firstOpen++;
            }
            assertThat(life.work.positions().segments()).isEqualTo(firstOpen);
        }
        assertAt(life, log.cuts.size(), log.packets.size());
    }

    /** Whether the segment of the cut is complete when cuts up to {@code acknowledged} are in the index. */
    private boolean isIndexed(int cut, int acknowledged) {
        Entry<Cut> entry = log.cuts.get(cut);
        return log.cuts.subList(0, acknowledged + 1).stream().anyMatch(e -> e.stream().equals(entry.stream())
                && e.value().id().segment() == entry.value().id().segment() && e.value().last());
    }

    @Test
    void ignoresRepeatedCuts() {
        Life life = new Life(ROOMY).readAll();
        int parts = life.unacknowledged.size();
        life.cutAt = log.cuts.size() - 12;
        life.readCuts(12);
        assertThat(life.unacknowledged).hasSize(parts);
        assertThat(life.dropped("repeated")).isEqualTo(12);
    }

    @Test
    void skipsSegmentThatBeganBeforeStart() {
        Life life = new Life(ROOMY, new Positions(2, 0, 0)).readAll();
        assertThat(life.parts.keySet()).noneMatch(identity -> identity.contains("7/0.")).hasSizeGreaterThan(20);
        assertThat(life.dropped("no_head")).isGreaterThan(0);
    }

    /** Makes a part impossible to mux: its first packet contains a NAL unit whose length exceeds the packet. */
    private Cut breakSegment(String stream, long segment, int part) {
        Cut broken = log.cuts.stream().filter(e -> e.stream().equals(stream) && e.value().id().segment() == segment
                && e.value().id().part() == part).findFirst().orElseThrow().value();
        Cut.Sample video = broken.samples().stream().filter(s -> s.kind() == Packet.Kind.VIDEO).findFirst()
                .orElseThrow();
        log.damage(broken.packets().offsetOf(video),
                ByteBuffer.wrap(new byte[]{0x17, 1, 0, 0, 0, 0x7F, 0, 0, 0, 0x65}));
        return broken;
    }

    /** Removes the audio samples of a segment. */
    private void silence(String stream, long segment) {
        log.cuts.replaceAll(entry -> {
            Cut c = entry.value();
            return !entry.stream().equals(stream) || c.id().segment() != segment
                    ? entry
                    : new Entry<>(entry.offset(), stream,
                            new Cut(c.id(), c.session(), c.last(), c.independent(), c.packets(), c.times(), c.head(),
                                    c.samples().stream().filter(s -> s.kind() == Packet.Kind.VIDEO).toList()));
        });
    }

    @Test
    void eachRenditionHasItsParts() {
        publish(Format.CMAF, Format.TS);
        Life life = new Life(ROOMY).readAll();
        assertThat(life.parts.keySet()).containsExactlyElementsOf(identities().stream()
                .flatMap(id -> Stream.of(id + " CMAF video 0", id + " CMAF audio 0", id)).toList());
        life.acknowledge(1000);
        assertAt(life, log.cuts.size(), log.packets.size());
    }

    /** The NAL units of the broken segment are not those of their packet, which only MPEG-TS looks at. */
    @Test
    void faultOfOneRenditionLeavesOthers() {
        publish(Format.CMAF, Format.TS);
        Cut broken = breakSegment("live/a", 3, 1);
        try (LogCapture captured = new LogCapture(PartitionWork.class)) {
            Life life = new Life(ROOMY).readAll();
            assertThat(life.gaps).containsOnlyKeys(identity("live/a", broken.id()));
            assertThat(life.parts.keySet()).filteredOn(identity -> identity.endsWith(" CMAF video 0"))
                    .hasSameSizeAs(log.cuts);
            assertThat(captured.texts(Level.WARN)).singleElement().asString()
                    .startsWith("live/a: session 7 cannot be muxed as TS, segment 3 is a gap: ");
        }
    }

    @Test
    void segmentOfRenditionWithoutSamplesIsGap() {
        publish(Format.CMAF);
        silence("live/a", 2);
        Life life = new Life(ROOMY).readAll();
        List<Cut> segment = log.cuts.stream().filter(e -> e.stream().equals("live/a")).map(Entry::value)
                .filter(cut -> cut.id().segment() == 2).toList();
        String last = identity("live/a", segment.getLast().id()) + " CMAF audio 0";
        assertThat(life.gaps).containsOnlyKeys(last);
        assertThat(life.gaps.get(last).reason()).isEqualTo(Gap.Reason.EMPTY);
        assertThat(life.gaps.get(last).times()).isEqualTo(new PartTimes(segment.getFirst().times().startTicks(),
                segment.getLast().times().startTicks() + segment.getLast().times().durationTicks()
                        - segment.getFirst().times().startTicks(),
                segment.getFirst().times().programDateTimeMs(), segment.getLast().times().arrivalUs()));
        for (Cut cut : segment.subList(0, segment.size() - 1)) {
            IndexEntry entry = life.parts.get(identity("live/a", cut.id()) + " CMAF audio 0").entry(0);
            assertThat(entry.place().mediaBytes()).isZero();
            assertThat(entry.times().durationTicks()).isZero();
            assertThat(entry.place().initBytes() > 0).isEqualTo(cut.id().isFirst());
        }
        assertThat(life.registry.get("millrace.packager.gaps").tag("reason", "empty").counter().count()).isEqualTo(1);
        assertThat(life.count("millrace.quarantines")).isZero();
    }

    @Test
    void partsOfMpegTsAreMadeFromCmaf() {
        publish(Format.TS, Format.CMAF);
        Life life = new Life(ROOMY).readAll();
        assertThat(life.derived).containsExactlyElementsOf(identities());
    }

    /** Readers know the configuration of the sound from the first part, and the end of the segment has none. */
    @Test
    void lastPartWithoutSoundIsMadeFromPicturesAlone() {
        publish(Format.CMAF, Format.TS);
        silence("live/a", 2);
        Life life = new Life(ROOMY).readAll();
        assertThat(life.gaps).isNotEmpty().allSatisfy((_, gap) -> assertThat(gap.rendition().format())
                .isEqualTo(Format.CMAF));
        assertThat(life.derived).containsExactlyElementsOf(identities());
    }

    /** A track that CMAF lacks cannot be made from it. */
    @Test
    void segmentThatCmafLacksIsGapOfMpegTs() {
        publish(Format.CMAF, Format.TS);
        Cut first = missing("live/a", new PartId(7, 2, 0)).getFirst();
        index.add(new Entry<>(0, "live/a", new Gap(first.id(), RenditionId.cmaf(TrackId.AUDIO), Gap.Reason.BUG,
                first.times(), first.head().start())));
        Life life = new Life(ROOMY).readAll();
        List<String> lost = missing("live/a", first.id()).stream().map(cut -> identity("live/a", cut.id())).toList();
        assertThat(lost).hasSizeGreaterThan(1);
        assertThat(life.gaps).containsOnlyKeys(lost.getFirst());
        assertThat(life.parts).doesNotContainKeys(lost.toArray(String[]::new));
        assertThat(life.derived).containsExactlyElementsOf(
                identities().stream().filter(id -> !lost.contains(id)).toList());
    }

    /** The packager before has recorded that the segment has no sound, and nothing else of its last part. */
    @Test
    void recordedSegmentWithoutSoundIsMadeFromPicturesAgain() {
        publish(Format.CMAF, Format.TS);
        silence("live/a", 2);
        Life before = new Life(ROOMY).readAll();
        Map.Entry<String, Gap> gap = before.gaps.entrySet().iterator().next();
        index.add(new Entry<>(0, "live/a", gap.getValue()));
        Life life = new Life(ROOMY).readAll();
        assertThat(life.gaps).containsOnlyKeys(gap.getKey());
        assertThat(life.parts).isEqualTo(before.parts);
        assertThat(life.derived).containsExactlyElementsOf(identities());
    }

    /** Nobody could tell how the sound is configured; the next packager must decide the same. */
    @Test
    void segmentOfOnePartWithoutSoundIsWritten() {
        publish(Format.CMAF, Format.TS);
        silence("live/a", 2);
        Cut first = missing("live/a", new PartId(7, 2, 0)).getFirst();
        log.cuts.removeIf(entry -> entry.stream().equals("live/a") && entry.value().id().isInSegmentOf(first.id())
                && !entry.value().id().isFirst());
        log.cuts.replaceAll(entry -> entry.value() != first
                ? entry
                : new Entry<>(entry.offset(), entry.stream(), new Cut(first.id(), first.session(), true,
                        first.independent(), first.packets(), first.times(), first.head(), first.samples())));
        Life life = new Life(ROOMY).readAll();
        String written = identity("live/a", first.id());
        assertThat(life.parts).containsKey(written);
        assertThat(life.derived).doesNotContain(written).hasSize(log.cuts.size() - 1);
    }

    /** A cut of another release, or of a segmenter with a bug, must not stop the streams beside it. */
    @Test
    void configurationThatCannotBeReadIsGapOfItsSegmentOnly() {
        publish(Format.CMAF, Format.TS);
        Cut first = missing("live/a", new PartId(7, 2, 0)).getFirst();
        Cut.SegmentHead head = first.head();
        List<Track> tracks = head.tracks().stream().map(track -> track.kind() == Packet.Kind.AUDIO
                ? track
                : new Track(track.id(), track.kind(), track.codec(), ByteBuffer.wrap(new byte[]{1}))).toList();
        log.cuts.replaceAll(entry -> entry.value() != first
                ? entry
                : new Entry<>(entry.offset(), entry.stream(), new Cut(first.id(), first.session(), first.last(),
                        first.independent(), first.packets(), first.times(),
                        new Cut.SegmentHead(head.rules(), head.start(), tracks, head.originMs(),
                                head.timestampOffsetMs(), head.state()),
                        first.samples())));
        try (LogCapture _ = new LogCapture(PartitionWork.class)) {
            Life life = new Life(ROOMY).readAll();
            assertThat(life.gaps).containsOnlyKeys(identity("live/a", first.id()),
                    identity("live/a", first.id()) + " CMAF video 0");
            assertThat(life.derived).containsAll(identities().stream()
                    .filter(id -> !id.startsWith("live/a 7/2.")).toList());
        }
    }

    private List<Cut> missing(String stream, PartId first) {
        return log.cuts.stream().filter(e -> e.stream().equals(stream)).map(Entry::value)
                .filter(cut -> cut.id().isInSegmentOf(first) && cut.id().part() >= first.part()).toList();
    }

    @Test
    void faultIsGapUpToEndOfItsSegment() {
        Cut broken = breakSegment("live/a", 3, 1);
        List<Cut> missing = missing("live/a", broken.id());
        Life life = new Life(ROOMY).readAll();
        life.acknowledge(1000);

        assertThat(missing).hasSizeGreaterThan(1);
        List<String> expected = new ArrayList<>(identities());
        expected.removeAll(missing.stream().map(cut -> identity("live/a", cut.id())).toList());
        assertThat(life.parts.keySet()).containsExactlyElementsOf(expected);
        assertThat(life.gaps).containsOnlyKeys(identity("live/a", broken.id()));
        Gap gap = life.gaps.values().iterator().next();
        assertThat(gap.reason()).isEqualTo(Gap.Reason.MEDIA);
        assertThat(gap.times()).isEqualTo(new PartTimes(broken.times().startTicks(),
                missing.stream().mapToLong(cut -> cut.times().durationTicks()).sum(),
                broken.times().programDateTimeMs(), missing.getLast().times().arrivalUs()));
        assertThat(life.dropped("quarantined")).isEqualTo(missing.size());
        assertThat(life.registry.get("millrace.packager.gaps").tag("reason", "media").counter().count()).isEqualTo(1);
        assertAt(life, log.cuts.size(), log.packets.size());
    }

    @Test
    void sessionIsReportedOnce() {
        breakSegment("live/a", 2, 0);
        breakSegment("live/a", 3, 0);
        Life life = new Life(ROOMY).readAll();
        assertThat(life.gaps).hasSize(2);
        assertThat(life.count("millrace.quarantines")).isEqualTo(1);
    }

    /** As after an update that can mux the segment: readers that begin after the gap would list it. */
    @Test
    void doesNotMuxSegmentThatIndexRecordsAsGap() {
        Cut first = log.cuts.stream().filter(e -> e.value().id().segment() == 1).findFirst().orElseThrow().value();
        index.add(new Entry<>(0, "live/a", new Gap(first.id(), RenditionId.TS, Gap.Reason.BUG, first.times(),
                log.cuts.getFirst().value().head().start())));
        Life life = new Life(ROOMY).readAll();
        assertThat(life.gaps).as("written again").isEmpty();
        assertThat(life.parts.keySet()).noneMatch(identity -> identity.startsWith("live/a 7/1."))
                .anyMatch(identity -> identity.startsWith("live/b 7/1."))
                .anyMatch(identity -> identity.startsWith("live/a 7/2."));
        assertThat(life.work.positions().index()).as("the gap is needed by the next owner").isZero();
        life.acknowledge(1000);
        assertThat(life.work.positions().index()).isEqualTo(index.size());
    }

    /** The cuts of the gap were processed by an earlier owner, and its stream does not return. */
    @Test
    void gapOfStreamThatIsGoneReleasesPosition() {
        Cut first = log.cuts.getFirst().value();
        index.add(new Entry<>(0, "live/gone", new Gap(new PartId(3, 1, 0), RenditionId.TS, Gap.Reason.BUG,
                first.times(), first.head().start())));
        Life life = new Life(ROOMY).readPackets(Integer.MAX_VALUE / 2);
        work(life, PartitionWork.UNFINISHED_MS + 1_000);
        assertThat(life.work.positions().index()).as("the cuts that were there have not been processed").isZero();
        life.readCuts(1000).acknowledge(1000);
        work(life, PartitionWork.LONGEST_STEP_MS);
        assertThat(life.work.positions().index()).isEqualTo(index.size());
    }

    @Test
    void gapHoldsPositionWhileReplacedSegmentersMayRepeatItsCuts() {
        Cut first = log.cuts.getFirst().value();
        index.add(new Entry<>(0, "live/gone", new Gap(new PartId(3, 1, 0), RenditionId.TS, Gap.Reason.BUG,
                first.times(), first.head().start())));
        Life life = new Life(ROOMY).readAll();
        life.decided(log.cuts.size(), "live/gone", new EpochEnded(3, 1, 0));
        life.advance();
        life.acknowledge(1000);
        work(life, PartitionWork.UNFINISHED_MS - 1_000);
        assertThat(life.work.positions().index()).isZero();
        work(life, 2_000);
        assertThat(life.work.positions().index()).isEqualTo(index.size());
    }

    /** Lets time pass in which the partition works. */
    private void work(Life life, long forMs) {
        for (long ms = 0; ms < forMs; ms += PartitionWork.LONGEST_STEP_MS) {
            nowMs += PartitionWork.LONGEST_STEP_MS;
            life.advance();
        }
    }

    /** Its cuts are processed, so that they do not hold back the position, and no session is quarantined. */
    @Test
    void streamWithoutCarriedTracksHasNoParts() {
        log.recode("live/a", "AV1", "OPUS");
        Life life = new Life(ROOMY).readAll();
        life.acknowledge(1000);
        assertThat(life.parts.keySet()).isNotEmpty().allMatch(identity -> identity.startsWith("live/b"));
        assertThat(life.count("millrace.quarantines")).isZero();
        assertAt(life, log.cuts.size(), log.packets.size());
    }

    /** Only a segmenter of a later release can cut it. */
    @Test
    void bodyOfUnknownFormatIsGapOfItsSegment() {
        Cut cut = log.cuts.get(8).value();
        Entry<Packet> first = log.packets.get((int) cut.packets().firstOffset());
        Packet p = first.value();
        log.packets.set((int) cut.packets().firstOffset(), new Entry<>(first.offset(), first.stream(),
                new Packet(p.session(), p.seq(), p.arrivalUs(), p.timestampMs(), p.compositionTimeMs(), p.kind(),
                        p.track(),
                        p.content(), 7, p.body())));
        Life life = new Life(ROOMY).readAll();
        assertThat(life.gaps.values()).extracting(Gap::reason).containsExactly(Gap.Reason.MEDIA);
    }

    @Test
    void bugIsGapOfItsSegmentOnly() {
        Cut broken = log.cuts.get(8).value();
        String stream = log.cuts.get(8).stream();
        // Ingest never writes such a record: it has no body.
        log.packets.set((int) broken.packets().firstOffset(),
                new Entry<>(broken.packets().firstOffset(), stream,
                        new Packet(7, 0, 0, 0, 0, Packet.Kind.DATA, 0, Packet.Content.OTHER, ByteBuffer.allocate(0))));
        Life life = new Life(ROOMY).readAll();
        assertThat(life.count("millrace.quarantines")).isEqualTo(1);
        assertThat(life.gaps.values()).extracting(Gap::reason).containsExactly(Gap.Reason.BUG);
        List<String> expected = new ArrayList<>(identities());
        expected.removeAll(missing(stream, broken.id()).stream().map(cut -> identity(stream, cut.id())).toList());
        assertThat(life.parts.keySet()).containsExactlyElementsOf(expected);
    }

    @Test
    void segmentWithExpiredPacketsIsGap() {
        Life life = new Life(0);
        Cut third = log.cuts.stream().map(Entry::value).filter(c -> c.id().segment() == 2 && c.id().isFirst())
                .findFirst()
                .orElseThrow();
        life.keptFrom = third.packets().firstOffset();
        life.readAll();
        life.acknowledge(1000);
        assertThat(life.parts.keySet()).containsExactlyElementsOf(log.cuts.stream()
                .filter(e -> e.value().id().segment() >= 2).map(e -> identity(e.stream(), e.value().id())).toList());
        assertThat(life.dropped("expired")).isEqualTo(
                log.cuts.stream().filter(e -> e.value().id().segment() < 2).count());
        assertThat(life.gaps).hasSize(4);
        assertThat(life.gaps.values()).allMatch(gap -> gap.reason() == Gap.Reason.EXPIRED && gap.id().isFirst());
        assertThat(life.work.positions().segments()).isEqualTo(log.cuts.size());
    }

    @Test
    void passesEndOfEpochOnAfterItsLastPart() {
        Life life = new Life(ROOMY).readCuts(1000);
        life.decided(log.cuts.size(), "live/b", new EpochEnded(7, 5, 0));
        assertThat(life.ends).as("before its packets").isEmpty();
        life.readAll();
        assertThat(life.ends).containsExactly("live/b after " + identities().getLast());
    }

    @Test
    void endOfEpochHoldsPositionUntilIndexed() {
        Life life = new Life(ROOMY).readAll();
        life.decided(log.cuts.size(), "live/a", new EpochEnded(7, 5, 0));
        life.advance();
        life.acknowledge(log.cuts.size());
        assertThat(life.work.positions().segments()).isEqualTo(log.cuts.size());
        life.acknowledge(1);
        assertThat(life.work.positions().segments()).isEqualTo(log.cuts.size() + 1);
    }

    @Test
    void nothingOfEpochFollowsItsEnd() {
        Life life = new Life(ROOMY).readAll();
        int parts = life.unacknowledged.size();
        EpochEnded end = new EpochEnded(7, 5, 0);
        Cut last = log.cuts.getLast().value();
        life.decided(log.cuts.size(), "live/a", end);
        life.decided(log.cuts.size() + 1, "live/a", end);
        life.decided(log.cuts.size() + 2, "live/a", new Cut(new PartId(7, last.id().segment() + 1, 0),
                last.session(), true, true, last.packets(), last.times(), log.cuts.getFirst().value().head(),
                last.samples()));
        life.advance();
        assertThat(life.unacknowledged).hasSize(parts + 1);
        assertThat(life.ends).hasSize(1);
        assertThat(life.dropped("repeated")).isEqualTo(2);
    }

    @Test
    void passesEndOfEpochOnAfterGap() {
        Cut broken = log.cuts.get(8).value();
        log.damage(broken.packets().firstOffset(), ByteBuffer.wrap(new byte[]{0x17, 1, 0, 0, 0, 0x7F, 0, 0, 0, 0x65}));
        Life life = new Life(ROOMY).readAll();
        life.decided(log.cuts.size(), log.cuts.get(8).stream(), new EpochEnded(7, 5, 0));
        life.advance();
        assertThat(life.gaps).hasSize(1);
        assertThat(life.ends).hasSize(1);
    }

    @Test
    void waitsForFullSink() {
        Life life = new Life(ROOMY);
        life.room = false;
        life.readAll();
        assertThat(life.parts).isEmpty();
        life.room = true;
        life.advance();
        assertThat(life.parts).hasSize(log.cuts.size());
    }

    @Test
    void segmentWithoutLastPartReleasesPosition() {
        log.cuts.removeIf(e -> e.value().id().segment() == 1 && e.value().last());
        List<Entry<Cut>> renumbered = new ArrayList<>();
        log.cuts.forEach(e -> renumbered.add(new Entry<>(renumbered.size(), e.stream(), e.value())));
        Life life = new Life(ROOMY).readAll();
        life.acknowledge(1000);
        assertThat(life.dropped("unfinished")).isEqualTo(2);
        assertThat(life.work.positions().segments()).isEqualTo(renumbered.size());
    }

    @Test
    void abandonsSegmentOfSilentStreamAfterGrace() {
        log.cuts.removeIf(e -> e.stream().equals("live/b") && e.value().id().segment() > 0
                || e.stream().equals("live/b") && e.value().last());
        Life life = new Life(ROOMY).readAll();
        life.acknowledge(1000);
        long cuts = log.cuts.size();
        long graceMs = log.cuts.getFirst().value().head().rules().graceMs();
        // Time spent waiting does not count as silence.
        long steps = (graceMs + PartitionWork.UNFINISHED_MS) / PartitionWork.LONGEST_STEP_MS;
        for (int step = 0; step < steps; step++) {
            nowMs += TimeUnit.HOURS.toMillis(1);
            life.decided(cuts++, "live/a", further(step + 1, 0));
            life.advance();
            life.acknowledge(1000);
        }
        assertThat(life.work.positions().segments()).isLessThan(5);
        assertThat(life.dropped("unfinished")).isZero();
        // Time passes without a cut, too.
        work(life, PartitionWork.LONGEST_STEP_MS);
        assertThat(life.dropped("unfinished")).isEqualTo(1);
        assertThat(life.work.positions().segments()).isEqualTo(cuts);
    }

    /** A crash would lose its last records, and the next owner would begin after them. */
    @Test
    void silentStreamHoldsPositionUntilItsRecordsAreIndexed() {
        Life life = new Life(ROOMY).readAll();
        int records = life.unacknowledged.size();
        long graceMs = log.cuts.getFirst().value().head().rules().graceMs();
        long cuts = log.cuts.size();
        for (long ms = 0; ms <= graceMs + PartitionWork.UNFINISHED_MS; ms += PartitionWork.LONGEST_STEP_MS) {
            nowMs += PartitionWork.LONGEST_STEP_MS;
            life.decided(cuts, "live/a", further(cuts++, 0));
            life.advance();
        }
        assertThat(life.work.positions().segments()).isZero();
        life.acknowledge(records);
        assertThat(life.work.positions().segments()).isEqualTo(log.cuts.size());
    }

    @Test
    void abandonedSegmentHoldsPositionUntilItsRecordsAreIndexed() {
        Entry<Cut> first = log.cuts.stream().filter(e -> e.stream().equals("live/b")).findFirst().orElseThrow();
        Life life = new Life(ROOMY).readPackets(Integer.MAX_VALUE / 2);
        life.decided(0, "live/b", first.value());
        life.decided(1, "live/b", further(1, 0));
        life.advance();
        assertThat(life.dropped("unfinished")).isEqualTo(1);
        assertThat(life.work.positions().segments()).isZero();
        life.acknowledge(1);
        assertThat(life.work.positions().segments()).isEqualTo(1);
        life.acknowledge(1);
        assertThat(life.work.positions().segments()).isEqualTo(2);
    }

    @Test
    void clockOfAnotherStreamsNodeAbandonsNoSegment() {
        Entry<Cut> first = log.cuts.stream().filter(e -> e.stream().equals("live/b")).findFirst().orElseThrow();
        Life life = new Life(ROOMY).readPackets(Integer.MAX_VALUE / 2);
        life.decided(0, "live/b", first.value());
        life.decided(1, "live/a", further(1, 365L * 24 * 3_600 * 1_000_000));
        life.advance();
        life.acknowledge(1000);
        assertThat(life.dropped("unfinished")).isZero();
        assertThat(life.work.positions().segments()).isZero();
    }

    /** A segment of {@code live/a} after those in the log. */
    private Cut further(long number, long arrivalUs) {
        Cut c = log.cuts.getLast().value();
        return new Cut(new PartId(7, c.id().segment() + number, 0), 7, true, true, c.packets(),
                new PartTimes(0, 1, 0, arrivalUs), log.cuts.getFirst().value().head(), c.samples());
    }

    @Test
    void clockOfAnotherStreamsNodeEvictsNoPacket() {
        long aheadUs = TimeUnit.MILLISECONDS.toMicros(2 * PacketCache.HORIZON_MS);
        for (int i = 0; i < log.packets.size(); i++) {
            Entry<Packet> entry = log.packets.get(i);
            Packet p = entry.value();
            if (entry.stream().equals("live/b")) {
                log.packets.set(i, new Entry<>(i, "live/b", new Packet(p.session(), p.seq(), p.arrivalUs() + aheadUs,
                        p.timestampMs(), p.compositionTimeMs(), p.kind(), p.track(), p.content(), p.bodyFormat(),
                        p.body())));
            }
        }
        Life life = new Life(ROOMY).readAll();
        assertThat(life.parts.keySet()).containsExactlyElementsOf(identities());
        assertThat(life.count("millrace.packager.rereads")).isZero();
    }

    /** Frames that no segment needs: nothing arrives after them that would release or evict them. */
    @Test
    void packetsWithoutCutReleasePosition() {
        Life life = new Life(ROOMY).readPackets(40);
        assertThat(life.work.ages()).isTrue();
        work(life, PacketCache.HORIZON_MS);
        assertThat(life.work.positions().packets()).isLessThan(40);
        work(life, PartitionWork.LONGEST_STEP_MS);
        assertThat(life.work.positions().packets()).isEqualTo(40);
        assertThat(life.work.ages()).isFalse();
    }

    @Test
    void readingStopsAtCacheLimit() {
        Life life = new Life(8_000).readPackets(40);
        assertThat(life.work.wantsPackets()).isFalse();
        life.decided(0, "live/a", log.cuts.get(10).value());
        assertThat(life.work.wantsPackets()).isTrue();
        for (int i = 1; i < PartitionWork.WAITING_LIMIT; i++) {
            assertThat(life.work.wantsCuts()).isTrue();
            life.decided(i, "live/a", log.cuts.get(10).value());
        }
        assertThat(life.work.wantsCuts()).isFalse();
    }

    @Test
    void evictsPacketsWithoutCuts() {
        PacketCache cache = new PacketCache(new ByteBudget(ROOMY).share());
        Packet p = log.packets.get(5).value();
        for (long i = 0; i < 100; i++) {
            cache.add(i, "live/dead",
                    new Packet(7, i, 0, 0, 0, p.kind(), 0, Packet.Content.OTHER, p.body()), i * 1_000);
        }
        assertThat(cache.oldestOffset(-1)).isEqualTo(99 - PacketCache.HORIZON_MS / 1_000);
        cache.releaseBefore("live/dead", 1000);
        assertThat(cache.bytes()).isZero();
    }
}
