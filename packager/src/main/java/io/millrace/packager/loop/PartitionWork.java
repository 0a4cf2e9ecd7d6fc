package io.millrace.packager.loop;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.packager.meters.PackagerMeters;
import io.millrace.packager.meters.PackagerMeters.Drop;
import io.millrace.packager.mux.MuxedPart;
import io.millrace.packager.mux.SegmentMux;
import io.millrace.platform.kafka.Sizes;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SegmentsRecord;
import io.millrace.platform.net.PeerLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Turns the cuts and packets of one partition into parts. Confined to the loop.
 *
 * <p>Cuts are processed in the order of {@code segments}, each when all packets up to its last one have been read. A
 * fault in a stream's media ends processing of that session only; a fault of the log is thrown.
 */
final class PartitionWork {
    /** Limit of cuts that wait for their packets. At the limit, {@code segments} is paused. */
    static final int WAITING_LIMIT = 512;
    /** Number of streams without an open segment that are remembered in order to recognize repeated cuts. */
    static final int STREAMS_LIMIT = 4_096;
    /** Limit of a part in its record. The cutter limits parts to {@link Sizes#PART_BYTES}, so it is never reached. */
    static final int PART_LIMIT_BYTES = Sizes.RECORD_BYTES - 64 * 1024;
    /**
     * Ingest time, µs, in addition to the grace period, after which the open segment of a silent stream is abandoned.
     */
    static final long UNFINISHED_US = 600_000_000;

    private static final Logger log = LoggerFactory.getLogger(PartitionWork.class);
    /** For faults that encoders cause, limited per stream name. */
    private static final PeerLog ofStreams = new PeerLog(log);

    private final int partition;
    private final PacketCache cache;
    private final PacketSource source;
    private final PartSink sink;
    private final PackagerMeters meters;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final Set<OpenSegment> open = new LinkedHashSet<>();
    private final Set<OpenEnd> ends = new LinkedHashSet<>();
    private final Map<String, StreamWork> streams = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, StreamWork> eldest) {
            return size() > STREAMS_LIMIT && eldest.getValue().open == null;
        }
    };
    private long nextCutOffset = -1;
    private long nextPacketOffset = -1;

    /** A record of {@code segments} whose turn has not come. */
    private record Waiting(long offset, String stream, SegmentsRecord record) {
        /** Offset of the last packet that the record needs, -1 if it needs none. */
        long lastPacketOffset() {
            return switch (record) {
                case Cut cut -> cut.packets().lastOffset();
                case EpochEnded _ -> -1;
            };
        }
    }

    /** The end of an epoch on its way into the index. A restart has to begin at it. */
    private static final class OpenEnd {
        final long segmentsOffset;
        private volatile boolean written;

        OpenEnd(long segmentsOffset) {
            this.segmentsOffset = segmentsOffset;
        }

        void written() {
            written = true;
        }

        boolean isWritten() {
            return written;
        }
    }

    PartitionWork(int partition, long cacheBytes, PacketSource source, PartSink sink, PackagerMeters meters) {
        this.partition = partition;
        this.cache = new PacketCache(cacheBytes);
        this.source = source;
        this.sink = sink;
        this.meters = meters;
    }

    /** Whether the start positions of both topics are known. */
    boolean hasBegun() {
        return nextCutOffset >= 0 && nextPacketOffset >= 0;
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
        nextPacketOffset = offset + 1;
        if (packet.kind() != Packet.Kind.DATA && !packet.isConfig()) {
            cache.add(offset, stream, packet);
        }
    }

    /** Records of {@code packets} before {@code position} have been read, whether or not they were packets. */
    void packetsReadUpTo(long position) {
        nextPacketOffset = Math.max(nextPacketOffset, position);
    }

    /** Takes the next record of {@code segments}. */
    void decided(long offset, String stream, SegmentsRecord record) {
        nextCutOffset = offset + 1;
        waiting.add(new Waiting(offset, stream, record));
    }

    /** Records of {@code segments} before {@code position} have been read, whether or not they were cuts. */
    void cutsReadUpTo(long position) {
        nextCutOffset = Math.max(nextCutOffset, position);
    }

    /** Processes the cuts whose packets have been read, while the sink has room. */
    void advance() {
        while (!waiting.isEmpty() && waiting.getFirst().lastPacketOffset() < nextPacketOffset && sink.hasRoom()) {
            Waiting next = waiting.removeFirst();
            switch (next.record()) {
                case Cut cut -> {
                    take(next.offset(), next.stream(), cut);
                    cache.release(next.stream(), cut.packets().lastOffset());
                }
                case EpochEnded ended -> end(next.offset(), next.stream(), ended);
            }
        }
        forgetWritten();
    }

    /** Returns the positions to commit, or null if there are none yet. */
    Positions positions() {
        if (nextCutOffset < 0 || nextPacketOffset < 0) {
            return null;
        }
        forgetWritten();
        long segments = waiting.isEmpty() ? nextCutOffset : waiting.getFirst().offset();
        long packets = cache.oldestOffset(nextPacketOffset);
        for (OpenSegment segment : open) {
            segments = Math.min(segments, segment.firstCutOffset);
            packets = Math.min(packets, segment.firstPacketOffset);
        }
        for (OpenEnd end : ends) {
            segments = Math.min(segments, end.segmentsOffset);
        }
        return new Positions(segments, packets);
    }

    private void forgetWritten() {
        open.removeIf(OpenSegment::isWritten);
        ends.removeIf(OpenEnd::isWritten);
    }

    private void end(long offset, String name, EpochEnded ended) {
        StreamWork stream = streams.computeIfAbsent(name, _ -> new StreamWork());
        if (stream.isRepeated(ended)) {
            meters.dropped(Drop.REPEATED);
            return;
        }
        stream.taken(ended);
        if (stream.open != null) {
            giveUp(stream, Drop.UNFINISHED);
        }
        var end = new OpenEnd(offset);
        ends.add(end);
        sink.end(partition, name, ended, end::written);
    }

    private void take(long offset, String name, Cut cut) {
        StreamWork stream = streams.computeIfAbsent(name, _ -> new StreamWork());
        if (stream.isQuarantined(cut)) {
            meters.dropped(Drop.QUARANTINED);
            return;
        }
        if (stream.isRepeated(cut)) {
            meters.dropped(Drop.REPEATED);
            return;
        }
        stream.taken(cut);
        if (cut.id().isFirst() && stream.open != null) {
            giveUp(stream, Drop.UNFINISHED);
        }
        if (!cut.id().isFirst() && (stream.open == null || !stream.open.isNext(cut))) {
            meters.dropped(Drop.NO_HEAD);
            return;
        }
        Optional<List<Packet>> packets = packets(cut);
        if (packets.isEmpty()) {
            log.warn("{}: segment {} is abandoned because its packets have expired", name, cut.id().segment());
            meters.dropped(Drop.EXPIRED);
            giveUp(stream);
            return;
        }
        mux(stream, offset, name, cut, packets.get());
    }

    /** Returns the packets of the cut's samples, or empty if the log no longer retains one of them. */
    private Optional<List<Packet>> packets(Cut cut) {
        Map<Long, Packet> found = new HashMap<>();
        Set<Long> missing = new TreeSet<>();
        for (Cut.Sample sample : cut.samples()) {
            long offset = cut.packets().offsetOf(sample);
            Packet packet = cache.get(offset);
            if (packet == null) {
                missing.add(offset);
            } else {
                found.put(offset, packet);
            }
        }
        if (!missing.isEmpty()) {
            meters.reread();
            found.putAll(source.read(partition, missing));
        }
        List<Packet> packets = new ArrayList<>(cut.samples().size());
        for (Cut.Sample sample : cut.samples()) {
            Packet packet = found.get(cut.packets().offsetOf(sample));
            if (packet == null) {
                return Optional.empty();
            }
            packets.add(packet);
        }
        return Optional.of(packets);
    }

    private void mux(StreamWork stream, long offset, String name, Cut cut, List<Packet> packets) {
        List<MuxedPart> parts;
        try {
            if (cut.id().isFirst()) {
                open(stream, offset, name, cut);
            }
            parts = parts(stream.open, cut, packets);
        } catch (MediaException e) {
            quarantine(stream, name, cut, e.reason() + ": " + e.getMessage(), null);
            return;
        } catch (RuntimeException e) {
            quarantine(stream, name, cut, "a bug in Millrace", e);
            return;
        }
        OpenSegment segment = stream.open;
        segment.advance();
        segment.lastArrivalUs = cut.times().arrivalUs();
        for (Iterator<MuxedPart> it = parts.iterator(); it.hasNext();) {
            MuxedPart part = it.next();
            sink.write(partition, name, part, cut.last() && !it.hasNext() ? segment::written : () -> {});
        }
        if (cut.last()) {
            stream.open = null;
            if (parts.isEmpty()) { // no format carries any of the tracks
                segment.written();
            }
        }
        giveUpSilent(cut.times().arrivalUs());
    }

    private void open(StreamWork stream, long offset, String name, Cut cut) {
        List<SegmentMux> muxes = cut.head().rules().formats().stream().filter(f -> SegmentMux.carriesAny(f, cut))
                .map(f -> new SegmentMux(f, cut)).toList();
        stream.open = new OpenSegment(name, offset, cut, muxes);
        open.add(stream.open);
    }

    private List<MuxedPart> parts(OpenSegment segment, Cut cut, List<Packet> packets) {
        List<MuxedPart> parts = new ArrayList<>(segment.muxes.size());
        int dropped = 0;
        for (SegmentMux mux : segment.muxes) {
            MuxedPart part = mux.mux(cut, packets);
            int bytes = part.part().bytes().remaining();
            if (bytes > PART_LIMIT_BYTES) {
                throw new OverLimitException("Part", "bytes", bytes, PART_LIMIT_BYTES);
            }
            parts.add(part);
            dropped += mux.droppedFrames();
        }
        meters.dropped(Drop.FRAME, dropped - segment.droppedFrames);
        segment.droppedFrames = dropped;
        return parts;
    }

    private void quarantine(StreamWork stream, String name, Cut cut, String why, RuntimeException bug) {
        ofStreams.log(Level.WARN, name, "{}: session {} quarantined at segment {}: {}", name, cut.session(),
                cut.id().segment(), why, bug);
        meters.quarantined();
        meters.dropped(Drop.QUARANTINED);
        stream.quarantine(cut.session());
        giveUp(stream);
    }

    private void giveUp(StreamWork stream, Drop reason) {
        meters.dropped(reason);
        giveUp(stream);
    }

    private void giveUp(StreamWork stream) {
        open.remove(stream.open);
        stream.open = null;
    }

    /**
     * Abandons open segments of streams that have been silent for long, which would hold back the committed position
     * for ever.
     */
    private void giveUpSilent(long nowUs) {
        List<OpenSegment> silent = open.stream().filter(s -> !s.isWritten()
                && nowUs - s.lastArrivalUs > UNFINISHED_US + s.graceMs * 1_000L).toList();
        for (OpenSegment segment : silent) {
            open.remove(segment);
            StreamWork stream = streams.get(segment.stream);
            if (stream != null && stream.open == segment) {
                giveUp(stream, Drop.UNFINISHED);
            }
        }
    }
}
