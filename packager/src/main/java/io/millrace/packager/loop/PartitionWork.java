package io.millrace.packager.loop;

import io.millrace.media.bytes.MediaException;
import io.millrace.packager.meters.PackagerMeters;
import io.millrace.packager.meters.PackagerMeters.Drop;
import io.millrace.packager.mux.MuxedPart;
import io.millrace.packager.mux.Rendition;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.Gap;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.Renditions;
import io.millrace.platform.log.SegmentsRecord;
import io.millrace.platform.net.PeerLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Turns the cuts and packets of one partition into parts and gaps, and passes the ends of epochs on. Confined to the
 * partition's worker.
 *
 * <p>Records are processed in the order of {@code segments}. A cut is processed when all packets up to its last one
 * have been read. If a part cannot be muxed, the rest of its segment becomes a gap; a failure of the log is thrown.
 */
final class PartitionWork {
    /** Limit of cuts that wait for their packets. At the limit, {@code segments} is paused. */
    static final int WAITING_LIMIT = 512;
    /** Number of streams without an open segment that are remembered in order to recognize repeated cuts. */
    static final int STREAMS_LIMIT = 4_096;
    /**
     * Work time, in addition to the grace period, after which the open segment of a silent stream is abandoned. Not
     * ingest time: a node whose clock is ahead would make the streams of other nodes look silent. Recorded gaps are
     * remembered for as long, because a segmenter that was replaced may repeat their cuts for a while.
     */
    static final long UNFINISHED_MS = 600_000;
    /** Longest step of the work time. Time in which the partition waits for Kafka is not silence of its streams. */
    static final long LONGEST_STEP_MS = 1_000;

    private static final Logger log = LoggerFactory.getLogger(PartitionWork.class);

    private final PacketCache cache;
    private final PacketSource source;
    private final PartSink sink;
    private final PackagerMeters meters;
    private final RecordedGaps gaps;
    private final PeerLog ofStreams;
    private final LongSupplier nanos;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final Set<OpenSegment> open = new LinkedHashSet<>();
    /** Offsets in {@code segments} of the ends of epochs that are not in the index. */
    private final SortedSet<Long> ends = new TreeSet<>();
    private final Map<String, StreamWork> streams = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, StreamWork> eldest) {
            return size() > STREAMS_LIMIT && eldest.getValue().open == null;
        }
    };
    private long nextCutOffset = -1;
    private long nextPacketOffset = -1;
    private long nextIndexOffset;
    /** Ends of the log when reading began, and again when records turned out to be lost; null while they must be queried. */
    private PacketSource.Ends logEnds;
    private long lastNanos;
    /** Work time: for how long this has been at work without waiting. It starts at 0 with each owner of the partition. */
    private long workedMs;

    /** A record of {@code segments} whose turn has not come, and its Kafka timestamp. */
    private record Waiting(long offset, String stream, SegmentsRecord record, long loggedMs) {
        /** Offset of the last packet that the record needs, -1 if it needs none. */
        long lastPacketOffset() {
            return switch (record) {
                case Cut cut -> cut.packets().lastOffset();
                case EpochEnded _ -> -1;
            };
        }
    }

    /**
     * @param memory of cached packets
     * @param gaps the gaps in the index of segments that begin at or after the partition's position
     * @param ofStreams a {@link #logOfStreams}, shared by all partitions
     * @param nanos a monotonic clock
     */
    PartitionWork(ByteBudget.Share memory, PacketSource source, PartSink sink, PackagerMeters meters,
            RecordedGaps gaps, PeerLog ofStreams, LongSupplier nanos) {
        this.cache = new PacketCache(memory);
        this.source = source;
        this.sink = sink;
        this.meters = meters;
        this.gaps = gaps;
        this.ofStreams = ofStreams;
        this.nanos = nanos;
        this.nextIndexOffset = gaps.indexEnd();
        this.lastNanos = nanos.getAsLong();
    }

    /** Returns a log for faults that encoders cause, limited per stream name. */
    static PeerLog logOfStreams() {
        return new PeerLog(log);
    }

    long cachedBytes() {
        return cache.bytes();
    }

    boolean wantsCuts() {
        return waiting.size() < WAITING_LIMIT;
    }

    /** Returns true regardless of the cache's size if a waiting cut needs packets that have not been read. */
    boolean wantsPackets() {
        return !cache.isFull() || !waiting.isEmpty() && waiting.getFirst().lastPacketOffset() >= nextPacketOffset;
    }

    void packet(long offset, String stream, Packet packet) {
        if (offset < nextPacketOffset) {
            log.warn("packets lost records: its offsets continue at {} instead of {}", offset, nextPacketOffset);
            cache.clear();
            logEnds = null;
        }
        nextPacketOffset = offset + 1;
        if (packet.kind() != Packet.Kind.DATA && !packet.isConfig()) {
            cache.add(offset, stream, packet, workedMs);
        }
    }

    /** Records of {@code packets} before {@code position} have been read, whether or not they were packets. */
    void packetsReadUpTo(long position) {
        nextPacketOffset = Math.max(nextPacketOffset, position);
    }

    /**
     * Takes the next record of {@code segments}.
     *
     * @param loggedMs its Kafka timestamp
     */
    void decided(long offset, String stream, SegmentsRecord record, long loggedMs) {
        nextCutOffset = offset + 1;
        waiting.add(new Waiting(offset, stream, record, loggedMs));
    }

    /** Records of {@code segments} before {@code position} have been read, whether or not they were cuts. */
    void cutsReadUpTo(long position) {
        nextCutOffset = Math.max(nextCutOffset, position);
    }

    /**
     * Processes the next record of {@code segments} if its packets have been read and the sink has room. Also called if
     * there is none, so that the work time advances.
     *
     * @return whether a record was processed
     * @throws org.apache.kafka.common.errors.RetriableException if its packets could not be read; nothing has changed,
     *     and the call can be repeated
     */
    boolean advance() {
        boolean ready = !waiting.isEmpty() && !isWaitingForPackets() && sink.hasRoom();
        if (ready || waiting.isEmpty()) {
            work();
        }
        if (ready) {
            Waiting next = waiting.getFirst();
            switch (next.record()) {
                case Cut cut -> {
                    take(next, cut);
                    release(next.stream(), cut);
                }
                case EpochEnded ended -> end(next, ended);
            }
            waiting.removeFirst();
        }
        return ready;
    }

    /**
     * Removes the cut's packets from the cache, and those before them: each track is in order, so no later cut needs
     * them. Packets in between may be early frames of the next parts.
     */
    private void release(String stream, Cut cut) {
        for (Cut.Sample sample : cut.samples()) {
            cache.release(stream, cut.packets().offsetOf(sample));
        }
        cache.releaseBefore(stream, cut.packets().firstOffset());
    }

    /** Does not wait for packets of a cut that are not in the log: it has lost them, and would never have them. */
    private boolean isWaitingForPackets() {
        Waiting next = waiting.getFirst();
        if (next.lastPacketOffset() < nextPacketOffset) {
            return false;
        }
        if (logEnds == null) {
            logEnds = source.ends();
        }
        return next.offset() >= logEnds.segments() || next.lastPacketOffset() < logEnds.packets();
    }

    /** Returns the positions to commit, or null if there are none yet. */
    Positions positions() {
        if (nextCutOffset < 0 || nextPacketOffset < 0) {
            return null;
        }
        open.removeIf(OpenSegment::isWritten);
        long segments = nextUnprocessed();
        long packets = cache.oldestOffset(nextPacketOffset);
        long index = gaps.oldestOffset(nextIndexOffset);
        for (OpenSegment segment : open) {
            segments = Math.min(segments, segment.firstCutOffset);
            packets = Math.min(packets, segment.firstPacketOffset);
            index = Math.min(index, segment.firstIndexOffset);
        }
        if (!ends.isEmpty()) {
            segments = Math.min(segments, ends.first());
        }
        return new Positions(segments, packets, index);
    }

    /** Offset in {@code segments} of the first record that has not been processed. */
    private long nextUnprocessed() {
        return waiting.isEmpty() ? nextCutOffset : waiting.getFirst().offset();
    }

    private void end(Waiting next, EpochEnded ended) {
        StreamWork stream = streams.computeIfAbsent(next.stream(), _ -> new StreamWork());
        if (stream.isRepeated(ended)) {
            meters.dropped(Drop.REPEATED);
            return;
        }
        stream.taken(ended);
        if (stream.open != null) {
            giveUp(stream);
        }
        ends.add(next.offset());
        sink.write(next.stream(), ended, next.loggedMs(), indexOffset -> {
            ends.remove(next.offset());
            indexed(indexOffset);
        });
    }

    private void take(Waiting next, Cut cut) {
        StreamWork stream = streams.computeIfAbsent(next.stream(), _ -> new StreamWork());
        if (stream.isRepeated(cut)) {
            meters.dropped(Drop.REPEATED);
            return;
        }
        Optional<OpenSegment> segment = segmentOf(stream, next.offset(), next.stream(), cut);
        if (segment.isEmpty()) {
            stream.taken(cut);
            meters.dropped(Drop.NO_HEAD);
            return;
        }
        // Reading may fail, so it precedes every change.
        Optional<List<Packet>> packets = segment.get().needsPackets()
                ? packets(next.stream(), cut)
                : Optional.of(List.of());
        stream.taken(cut);
        if (cut.id().isFirst()) {
            begin(stream, segment.get(), cut);
        }
        segment.get().taken(cut, workedMs);
        output(stream, segment.get(), cut, packets, next.loggedMs());
        if (cut.last()) {
            stream.open = null;
        }
    }

    /** Returns the segment of a cut; empty if it began before the position where reading started. */
    private Optional<OpenSegment> segmentOf(StreamWork stream, long offset, String name, Cut cut) {
        if (!cut.id().isFirst() || cut.head() == null) {
            return Optional.ofNullable(stream.open).filter(segment -> segment.isNext(cut));
        }
        List<Rendition> renditions = new ArrayList<>();
        for (RenditionId id : Renditions.of(cut.head())) {
            Rendition rendition = new Rendition(id, cut);
            if (gaps.contains(name, cut.id(), id)) {
                rendition.recordedAsGap();
            }
            renditions.add(rendition);
        }
        return Optional.of(new OpenSegment(name, offset, gaps.oldestOffset(nextIndexOffset), cut, renditions));
    }

    private void begin(StreamWork stream, OpenSegment segment, Cut first) {
        if (stream.open != null) {
            giveUp(stream);
        }
        gaps.forget(segment.stream, first.id());
        stream.open = segment;
        open.add(segment);
    }

    /** Returns the packets of the cut's samples, or empty if the log no longer retains one of them. */
    private Optional<List<Packet>> packets(String stream, Cut cut) {
        List<Packet> packets = new ArrayList<>(cut.samples().size());
        Set<Long> missing = Set.of();
        for (Cut.Sample sample : cut.samples()) {
            long offset = cut.packets().offsetOf(sample);
            Packet packet = cache.get(stream, offset);
            if (!isOf(packet, cut)) {
                packet = null;
                missing = missing.isEmpty() ? new TreeSet<>() : missing;
                missing.add(offset);
            }
            packets.add(packet);
        }
        return missing.isEmpty() ? Optional.of(packets) : reread(cut, packets, missing);
    }

    /** @param packets those of the cut's samples; null for those in {@code missing} */
    private Optional<List<Packet>> reread(Cut cut, List<Packet> packets, Set<Long> missing) {
        meters.reread();
        Map<Long, Packet> read = source.read(missing);
        for (int i = 0; i < packets.size(); i++) {
            if (packets.get(i) == null) {
                Packet packet = read.get(cut.packets().offsetOf(cut.samples().get(i)));
                if (!isOf(packet, cut)) {
                    return Optional.empty();
                }
                packets.set(i, packet);
            }
        }
        return Optional.of(packets);
    }

    /** Returns whether this is a packet of the cut: after a loss, its offset may have been used again. */
    private static boolean isOf(Packet packet, Cut cut) {
        return packet != null && packet.session() == cut.session();
    }

    /**
     * Writes what a cut results in: first the parts and gaps that have records of their own, then the parts that readers
     * make from them.
     *
     * @param packets empty if they have expired or are lost
     */
    private void output(StreamWork stream, OpenSegment segment, Cut cut, Optional<List<Packet>> packets,
            long loggedMs) {
        Map<Rendition, MuxedPart> parts = new LinkedHashMap<>();
        for (Rendition rendition : segment.renditions) {
            part(stream, segment, rendition, cut, packets).ifPresent(part -> parts.put(rendition, part));
        }
        Set<RenditionId> present = ids(parts.keySet().stream());
        Set<RenditionId> empty = ids(segment.renditions.stream().filter(Rendition::isWithoutMedia));
        Map<Rendition, MuxedPart> derived = new LinkedHashMap<>();
        for (Rendition rendition : segment.renditions) {
            MuxedPart part = parts.get(rendition);
            if (part != null && rendition.sources().isEmpty()) {
                sink.write(segment.stream, part, loggedMs, indexed(segment));
            } else if (part != null && rendition.isMadeFrom(present, empty)) {
                derived.put(rendition, part);
            } else if (part != null) {
                missing(rendition, cut, Gap.Reason.MEDIA);
            }
            if (cut.last() && rendition.gap() != null) {
                meters.gap(rendition.gap().reason());
                sink.write(segment.stream, rendition.gap(), loggedMs, indexed(segment));
            }
        }
        derived.forEach((rendition, part) -> sink.derive(segment.stream, part,
                rendition.sources().stream().filter(present::contains).toList(), loggedMs, indexed(segment)));
    }

    private static Set<RenditionId> ids(Stream<Rendition> renditions) {
        return renditions.map(Rendition::id).collect(Collectors.toSet());
    }

    private Optional<MuxedPart> part(StreamWork stream, OpenSegment segment, Rendition rendition, Cut cut,
            Optional<List<Packet>> packets) {
        if (rendition.isMissing()) {
            missing(rendition, cut, Gap.Reason.MEDIA);
        } else if (packets.isEmpty()) {
            log.warn("{}: segment {} is a gap because its packets have expired", segment.stream, cut.id().segment());
            missing(rendition, cut, Gap.Reason.EXPIRED);
        } else {
            return mux(stream, segment, rendition, cut, packets.get());
        }
        return Optional.empty();
    }

    private Optional<MuxedPart> mux(StreamWork stream, OpenSegment segment, Rendition rendition, Cut cut,
            List<Packet> packets) {
        try {
            Optional<MuxedPart> part = rendition.mux(cut, packets);
            meters.dropped(Drop.FRAME, rendition.newlyDroppedFrames());
            return part;
        } catch (MediaException e) {
            fault(stream, segment.stream, rendition, cut, e.reason() + ": " + e.getMessage(), null);
            missing(rendition, cut, Gap.Reason.MEDIA);
        } catch (RuntimeException e) {
            fault(stream, segment.stream, rendition, cut, "a bug in Millrace", e);
            missing(rendition, cut, Gap.Reason.BUG);
        }
        return Optional.empty();
    }

    private void missing(Rendition rendition, Cut cut, Gap.Reason reason) {
        rendition.missing(cut, reason);
        meters.dropped(rendition.gap() != null && rendition.gap().reason() == Gap.Reason.EXPIRED
                ? Drop.EXPIRED
                : Drop.QUARANTINED);
    }

    /** Returns the callback for one more record of a segment. */
    private LongConsumer indexed(OpenSegment segment) {
        segment.writing();
        return offset -> {
            segment.written();
            indexed(offset);
        };
    }

    private void indexed(long offset) {
        nextIndexOffset = Math.max(nextIndexOffset, offset + 1);
    }

    /** Counts a session, and logs each rendition of it, once. */
    private void fault(StreamWork stream, String name, Rendition rendition, Cut cut, String why,
            RuntimeException bug) {
        if (stream.quarantine(cut.session())) {
            meters.quarantined();
        }
        if (stream.quarantine(rendition.id())) {
            ofStreams.log(Level.WARN, name, "{}: session {} cannot be muxed as {}, segment {} is a gap: {}", name,
                    cut.session(), rendition.id().words(), cut.id().segment(), why, bug);
        }
    }

    private void giveUp(StreamWork stream) {
        meters.dropped(Drop.UNFINISHED);
        stream.open.abandon();
        stream.open = null;
    }

    /**
     * Whether anything becomes due with the work time, so that {@link #advance} has to be called even if no record arrives.
     */
    boolean ages() {
        return cache.bytes() > 0 || !open.isEmpty() || !gaps.isEmpty();
    }

    /** Counts the time since the last call. Checks once per second of work time what has waited for too long. */
    private void work() {
        long stepMs = TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong() - lastNanos);
        lastNanos += TimeUnit.MILLISECONDS.toNanos(stepMs);
        long checkedSecond = workedMs / LONGEST_STEP_MS;
        workedMs += Math.min(stepMs, LONGEST_STEP_MS);
        if (workedMs / LONGEST_STEP_MS > checkedSecond) {
            forgetSilent();
            cache.evict(workedMs);
            if (workedMs > UNFINISHED_MS && nextUnprocessed() >= gaps.segmentsEnd()) {
                gaps.forgetAll();
            }
        }
    }

    /**
     * Abandons open segments of streams that have been silent for long, because they would hold back the committed
     * position indefinitely. Their records that are not in the index yet continue to hold it.
     */
    private void forgetSilent() {
        List<OpenSegment> silent = open.stream().filter(s -> !s.isClosed()
                && workedMs - s.takenMs > UNFINISHED_MS + s.graceMs).toList();
        for (OpenSegment segment : silent) {
            segment.abandon();
            StreamWork stream = streams.get(segment.stream);
            if (stream != null && stream.open == segment) {
                giveUp(stream);
            }
        }
    }
}
