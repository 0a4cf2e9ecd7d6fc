package io.millrace.packager.loop;

import io.millrace.packager.meters.PackagerMeters;
import io.millrace.packager.mux.MuxedPart;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.IndexRecord;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SourcePart;
import io.millrace.platform.past.LogTimestamps;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RetriableException;

/**
 * Writes the parts of one partition and, when Kafka has acknowledged a part, its index entry with the part's offset.
 * For each stream, the index has the order of the calls, gaps and ends of epochs included.
 *
 * <p>If Kafka does not accept a record in time, this record and all after it are written again, in order. Kafka's
 * producer gives up the records of one batch and goes on with the next, but readers use the first record of an identity
 * and need those of a stream in order, and the end of an epoch voids what follows of its epoch. So an index record is
 * sent only when all earlier ones of its stream are in the log; those of one cut, of several renditions, are in flight
 * together (docs/decisions/0032-a-failed-write-ends-its-producer.md). Confined to the partition's worker.
 */
final class PartitionWriter implements PartSink, AutoCloseable {
    /** Offset of a derived part, which has no record, before its sources are known. */
    private static final long UNKNOWN = -1;

    private final int partition;
    private final RecordLog records;
    private final ByteBudget.Share memory;
    private final Executor worker;
    private final Consumer<Exception> failures;
    private final long retentionMs;
    private final PackagerMeters meters;
    private final InstantSource clock;
    /** By stream, in the order of the index, from the oldest record that is not known to be in the log. */
    private final Map<String, Deque<Pending>> pending = new LinkedHashMap<>();
    private int outstanding;
    private boolean failed;

    /** A part, or a record of the index alone, on its way into the log. */
    private static final class Pending {
        final String stream;
        /** The part that is written to {@code parts}; null for a record of the index alone. */
        final MuxedPart part;
        /** A gap, the end of an epoch or the entry of a derived part without its sources; null with {@link #part}. */
        final IndexRecord other;
        /** What a derived part is made from. */
        final List<Pending> sources;
        final long loggedMs;
        final LongConsumer indexed;
        State state = State.WAITING;
        long partsOffset;
        /** See {@link #entry()}. */
        private IndexEntry entry;
        long indexOffset;

        /**
         * {@code WAITING → STORED → INDEXING → INDEXED}, without {@code STORED} unless it is a part; back to the first
         * by a retry.
         */
        enum State {
            /** The part is not in the log, or the other record waits for its turn and its sources. */
            WAITING,
            /** The part is in {@code parts}. */
            STORED,
            /** The index record has been sent. */
            INDEXING,
            /** The index record is in the log. */
            INDEXED
        }

        Pending(String stream, MuxedPart part, IndexRecord other, List<Pending> sources, long loggedMs,
                LongConsumer indexed) {
            this.stream = stream;
            this.part = part;
            this.other = other;
            this.sources = sources;
            this.loggedMs = loggedMs;
            this.indexed = indexed;
        }

        int bytes() {
            return part == null ? 0 : part.part().bytes().remaining();
        }

        /** Whether the index record can be sent, or has been. */
        boolean isStored() {
            return state != State.WAITING || other != null && sources.stream().allMatch(Pending::isStored);
        }

        /** Whether the index record is to be sent now. */
        boolean isReady() {
            return (state == State.WAITING || state == State.STORED) && isStored();
        }

        /** Identity of the part, of the first part that a gap lacks, or of the end of an epoch. */
        PartId id() {
            return part == null ? id(other) : part.cut().id();
        }

        private static PartId id(IndexRecord record) {
            return switch (record) {
                case IndexedPart indexedPart -> indexedPart.id();
                case EpochEnded ended -> StreamWork.endOf(ended);
            };
        }

        IndexRecord record() {
            if (part != null) {
                return entry();
            }
            return other instanceof IndexEntry derived
                    ? derived.madeFrom(sources.stream().map(Pending::source).toList())
                    : other;
        }

        private SourcePart source() {
            return new SourcePart(part.part().rendition().tracks().getFirst(), entry().place());
        }

        /** Made once for an offset, because it takes a checksum of the part's bytes. */
        private IndexEntry entry() {
            if (entry == null || entry.place().offset() != partsOffset) {
                entry = part.entry(partsOffset);
            }
            return entry;
        }

        /** Arrival of a part's newest packet, µs since 1970. */
        long arrivalUs() {
            return part == null ? ((IndexEntry) other).times().arrivalUs() : part.cut().times().arrivalUs();
        }

        /** PROGRAM-DATE-TIME, ms since 1970. Does not make the index entry of a part, which takes a checksum of its bytes. */
        long timeMs() {
            return part == null ? timeMs(other) : part.times().programDateTimeMs();
        }

        private static long timeMs(IndexRecord record) {
            return switch (record) {
                case IndexedPart indexedPart -> indexedPart.times().programDateTimeMs();
                case EpochEnded ended -> ended.endMs();
            };
        }
    }

    /**
     * @param memory of the parts that are not in the index, released by {@link #close}
     * @param worker runs what a result requires on the partition's worker
     * @param failures receives the failures of writes, on the worker
     * @param retentionMs retention of {@code parts} and {@code index}
     */
    PartitionWriter(int partition, RecordLog records, ByteBudget.Share memory, Executor worker,
            Consumer<Exception> failures, long retentionMs, PackagerMeters meters, InstantSource clock) {
        this.partition = partition;
        this.records = records;
        this.memory = memory;
        this.worker = worker;
        this.failures = failures;
        this.retentionMs = retentionMs;
        this.meters = meters;
        this.clock = clock;
    }

    @Override
    public boolean hasRoom() {
        return !failed && memory.hasRoom();
    }

    /** Whether everything that was written is in the log. */
    boolean isIdle() {
        return pending.isEmpty();
    }

    /**
     * Whether a write that failed like this is to be repeated. After a batch that could not be delivered, the producer begins a
     * new sequence, which may cause an {@link OutOfOrderSequenceException} once.
     */
    static boolean isRepeatable(Exception failure) {
        return failure instanceof RetriableException || failure instanceof OutOfOrderSequenceException;
    }

    /** Whether a write has failed and {@link #repeat} can be called. */
    boolean canRepeat() {
        return failed && outstanding == 0;
    }

    @Override
    public void write(String stream, MuxedPart part, long loggedMs, LongConsumer indexed) {
        Pending next = new Pending(stream, part, null, List.of(), loggedMs, indexed);
        add(next);
        memory.add(next.bytes());
        store(next);
    }

    @Override
    public void derive(String stream, MuxedPart part, List<RenditionId> sources, long loggedMs,
            LongConsumer indexed) {
        List<Pending> made = pending.get(stream).stream().filter(each -> each.part != null
                && each.id().equals(part.cut().id()) && sources.contains(each.part.part().rendition())).toList();
        add(new Pending(stream, null, part.entry(UNKNOWN), made, loggedMs, indexed));
        index(stream);
    }

    @Override
    public void write(String stream, IndexRecord record, long loggedMs, LongConsumer indexed) {
        add(new Pending(stream, null, record, List.of(), loggedMs, indexed));
        index(stream);
    }

    private void add(Pending next) {
        pending.computeIfAbsent(next.stream, _ -> new ArrayDeque<>()).add(next);
    }

    /** Writes everything again, from the oldest record on that is not known to be in the log. */
    void repeat() {
        failed = false;
        List<Pending> all = pending.values().stream().flatMap(Deque::stream).toList();
        all.forEach(next -> next.state = Pending.State.WAITING);
        all.stream().filter(next -> next.part != null).forEach(this::store);
        List.copyOf(pending.keySet()).forEach(this::index);
    }

    private void store(Pending next) {
        append(Topic.PARTS, next, LogCodec.encode(next.part.part()), offset -> {
            next.partsOffset = offset;
            next.state = Pending.State.STORED;
            index(next.stream);
        });
    }

    /** Sends the index records of a stream whose turn it is: those with the identity of the oldest. */
    private void index(String stream) {
        Deque<Pending> ofStream = pending.getOrDefault(stream, new ArrayDeque<>());
        for (Pending next : ofStream) {
            if (failed || !next.isStored() || !next.id().equals(ofStream.getFirst().id())) {
                return;
            }
            if (next.isReady()) {
                next.state = Pending.State.INDEXING;
                append(Topic.INDEX, next, LogCodec.encode(next.record()), offset -> {
                    next.indexOffset = offset;
                    next.state = Pending.State.INDEXED;
                    finish(stream);
                    index(stream);
                });
            }
        }
    }

    /** Completes the oldest records of a stream as far as they are in the index. */
    private void finish(String stream) {
        Deque<Pending> ofStream = pending.get(stream);
        while (!ofStream.isEmpty() && ofStream.getFirst().state == Pending.State.INDEXED) {
            Pending done = ofStream.removeFirst();
            memory.add(-done.bytes());
            done.indexed.accept(done.indexOffset);
            if (done.part != null || done.other instanceof IndexEntry) {
                meters.indexed(done.bytes(), clock.millis() * 1_000 - done.arrivalUs());
            }
        }
        if (ofStream.isEmpty()) {
            pending.remove(stream);
        }
    }

    private void append(Topic topic, Pending next, byte[] value, LongConsumer done) {
        outstanding++;
        long timeMs = LogTimestamps.of(next.timeMs(), next.loggedMs, retentionMs);
        records.append(topic, partition, next.stream, timeMs, value,
                (offset, failure) -> worker.execute(() -> appended(offset, failure, done)));
    }

    private void appended(long offset, Exception failure, LongConsumer done) {
        outstanding--;
        if (failure != null) {
            failed = true;
            failures.accept(failure);
        } else if (!failed) {
            done.accept(offset);
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
