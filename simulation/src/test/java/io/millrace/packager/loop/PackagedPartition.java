package io.millrace.packager.loop;

import io.millrace.packager.meters.PackagerMeters;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SegmentsRecord;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * One partition of a packager: production's work and writer, driven step by step instead of by the thread of a
 * {@code PartitionWorker}. Confined to one thread.
 */
public final class PackagedPartition {
    private static final long MEMORY_BYTES = 1 << 24;
    private static final long RETENTION_MS = TimeUnit.DAYS.toMillis(1);
    private static final int UNKNOWN_FORMAT = 7;

    /** The log, as the simulation models it. */
    public interface Log {
        void append(Topic topic, String stream, long timeMs, byte[] value, Appended result);

        /** Returns the packets at those offsets that are retained. */
        Map<Long, Packet> packets(Set<Long> offsets);

        /** Returns the end of {@code topic}. */
        long end(Topic topic);
    }

    /** The log as production's work reads it. */
    private record Source(Log log) implements PacketSource {
        @Override
        public Ends ends() {
            return new Ends(log.end(Topic.SEGMENTS), log.end(Topic.PACKETS));
        }

        @Override
        public Map<Long, Packet> read(Set<Long> offsets) {
            return log.packets(offsets);
        }
    }

    /** The result of an append. */
    @FunctionalInterface
    public interface Appended {
        /** @param failure null if the record is in the log */
        void done(long offset, Exception failure);
    }

    /** A record of {@code index}. */
    public record Indexed(long offset, String stream, IndexedPart part) {}

    /** What a commit writes: positions in {@code segments}, {@code packets} and {@code index}. */
    public record Committable(long segments, long packets, long index) {}

    /**
     * What sets this release apart from former ones.
     *
     * @param repeatsWrites whether failed writes are repeated
     * @param recordsGaps whether a part that cannot be muxed results in a gap, and not in a {@link SessionQuarantine}
     */
    public record Behavior(boolean repeatsWrites, boolean recordsGaps) {}

    private final PartitionWork work;
    private final PartitionWriter writer;
    /** Null without this defect. */
    private final SessionQuarantine quarantine;
    private boolean closed;

    /**
     * @param index what the index has from the committed position on
     * @param indexEnd the end of the index
     * @param segmentsEnd the end of {@code segments}, queried after that
     * @param nanos a monotonic clock
     * @param cacheBytes memory of the packets that wait for their cuts
     */
    public PackagedPartition(Log log, List<Indexed> index, long indexEnd, long segmentsEnd, PackagerMeters meters,
            InstantSource clock, LongSupplier nanos, long cacheBytes, Behavior behavior) {
        var cache = new ByteBudget(cacheBytes);
        var inFlight = new ByteBudget(MEMORY_BYTES);
        writer = new PartitionWriter(0,
                (topic, _, stream, timeMs, value, result) -> log.append(topic, stream, timeMs, value, result::appended),
                inFlight.share(), this::ifOpen, failure -> failed(failure, behavior.repeatsWrites()), RETENTION_MS,
                meters, clock);
        quarantine = behavior.recordsGaps() ? null : new SessionQuarantine(writer);
        var gaps = new RecordedGaps();
        index.forEach(each -> gaps.add(each.offset(), each.stream(), each.part()));
        gaps.complete(indexEnd, segmentsEnd);
        work = new PartitionWork(cache.share(), new Source(log), quarantine == null ? writer : quarantine, meters, gaps,
                PartitionWork.logOfStreams(), nanos);
    }

    /** Returns a packet that cannot be muxed: no release knows the format of its body. */
    public static Packet damaged(Packet packet) {
        return new Packet(packet.session(), packet.seq(), packet.arrivalUs(), packet.timestampMs(),
                packet.compositionTimeMs(), packet.kind(), packet.track(), packet.content(), UNKNOWN_FORMAT,
                packet.body());
    }

    private static void failed(Exception failure, boolean repeats) {
        if (!repeats || !PartitionWriter.isRepeatable(failure)) {
            throw new IllegalStateException(failure);
        }
    }

    /** A worker that has ended takes no results. */
    private void ifOpen(Runnable task) {
        if (!closed) {
            task.run();
        }
    }

    /** Passes where reading begins. */
    public void begin(long segments, long packets) {
        work.cutsReadUpTo(segments);
        work.packetsReadUpTo(packets);
    }

    /** Passes the next record of {@code packets}. */
    public void packets(long offset, String stream, LogRecord record) {
        if (record instanceof Packet packet) {
            work.packet(offset, stream, packet);
        } else {
            work.packetsReadUpTo(offset + 1);
        }
    }

    /** Passes the next record of {@code segments}. */
    public void segments(long offset, String stream, LogRecord record, long loggedMs) {
        if (record instanceof Cut cut && quarantine != null) {
            quarantine.decided(stream, cut);
        }
        if (record instanceof SegmentsRecord decided) {
            work.decided(offset, stream, decided, loggedMs);
        } else {
            work.cutsReadUpTo(offset + 1);
        }
    }

    /** Processes one record of {@code segments}, if it can be processed. Returns whether one was. */
    public boolean advance() {
        if (writer.canRepeat()) {
            writer.repeat();
        }
        return work.advance();
    }

    /** Returns the positions to commit, empty if there are none yet. */
    public Optional<Committable> positions() {
        return Optional.ofNullable(work.positions())
                .map(it -> new Committable(it.segments(), it.packets(), it.index()));
    }

    /** What has been sent may still be written, and nothing else. */
    public void close() {
        closed = true;
    }
}
