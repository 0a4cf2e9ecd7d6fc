package io.millrace.edge.log;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.past.RangeReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Reads parts that have records from the log by their offsets, when they are first requested, and caches them within a
 * limit of bytes for all requests. {@link DerivedParts} makes the others.
 *
 * <p>The record at an offset is compared with the index's description of the part, since the log may have lost the part
 * and used its offset again. A part that differs counts as expired.
 *
 * <p>Thread-safe. The cache owns one reference to a part's bytes and each response another, so an evicted part is freed
 * after the last response that sends it.
 */
public final class PartReader implements PartSource, AutoCloseable {
    private static final PeerLog LOG = new PeerLog(LoggerFactory.getLogger(PartReader.class));
    /**
     * Up to this many records of other streams between two parts are read and discarded rather than skipped by a seek.
     */
    private static final int READ_OVER = 8;
    /** Attempts to read parts, each of which may be evicted again before the response retains it. */
    static final int TRIES = 3;
    /** A request fails after this time, before players give up, which is after about ten seconds. */
    static final long ANSWER_MS = 8_000;

    private final KafkaClients kafka;
    private final ReaderPool readers;
    private final SharedReads<PartKey, CachedPart> cache;
    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
    private final long limitBytes;
    private final long answerMs;

    /** A part and its place. The place alone would not identify it: see above. */
    record PartKey(String stream, RenditionId rendition, PartId id, PartPlace place) {
        /** Returns whether {@code record} is this part. */
        boolean is(ConsumerRecord<String, LogRecord> record) {
            return stream.equals(record.key()) && record.value() instanceof Part part && part.id().equals(id)
                    && part.rendition().equals(rendition) && place.isOf(part.bytes().remaining(), part.check());
        }
    }

    /**
     * @param bytes direct memory, to which the cache owns a reference
     * @param check the CRC-32C of the bytes
     */
    record CachedPart(ByteBuf bytes, int check) {}

    /**
     * @param cacheBytes limit of the memory for cached parts
     * @param sendingBytes limit of the memory for evicted parts that responses still send; above it, reads are rejected
     */
    public PartReader(KafkaClients kafka, ReaderPool readers, long cacheBytes, long sendingBytes) {
        this(kafka, readers, cacheBytes, sendingBytes, ANSWER_MS);
    }

    /** @param answerMs time after which a request fails; a read that takes longer still fills the cache */
    public PartReader(KafkaClients kafka, ReaderPool readers, long cacheBytes, long sendingBytes, long answerMs) {
        this.answerMs = answerMs;
        this.kafka = kafka;
        this.readers = readers;
        limitBytes = cacheBytes + sendingBytes;
        cache = new SharedReads<>(cache(cacheBytes).build());
    }

    static Caffeine<PartKey, CachedPart> cache(long cacheBytes) {
        return Caffeine.newBuilder().maximumWeight(cacheBytes)
                .<PartKey, CachedPart>weigher((_, part) -> part.bytes().readableBytes()).executor(Runnable::run)
                .removalListener((_, part, _) -> part.bytes().release());
    }

    @Override
    public CompletionStage<Answer> read(Requester requester, String stream, RenditionId rendition, PartId first,
            SegmentStart start, List<PartPlace> parts) {
        return read(requester, stream, keys(stream, rendition, first, parts));
    }

    /** Returns the keys of consecutive parts. */
    static List<PartKey> keys(String stream, RenditionId rendition, PartId first, List<PartPlace> parts) {
        List<PartKey> keys = new ArrayList<>(parts.size());
        PartId id = first;
        for (PartPlace place : parts) {
            keys.add(new PartKey(stream, rendition, id, place));
            id = id.next();
        }
        return keys;
    }

    /** Reads any parts of a stream that have records, each into a buffer of its own. */
    CompletionStage<Answer> read(Requester requester, String stream, List<PartKey> keys) {
        return read(requester, stream, keys, TRIES);
    }

    private CompletionStage<Answer> read(Requester requester, String stream, List<PartKey> keys, int tries) {
        CompletableFuture<Map<PartKey, CachedPart>> read = cache.getAll(keys, requester,
                (missing, requesters) -> readers.submit(requesters, reader -> load(reader, stream, missing)));
        return read.orTimeout(answerMs, TimeUnit.MILLISECONDS).thenCompose(found -> {
            if (!found.keySet().containsAll(keys)) {
                return CompletableFuture.completedFuture(new Answer.Expired());
            }
            List<CachedPart> all = keys.stream().map(found::get).toList();
            Optional<List<ByteBuf>> taken = take(all);
            if (taken.isPresent()) {
                return CompletableFuture.completedFuture(
                        new Answer.Bytes(taken.get(), check(all.stream().map(CachedPart::check).toList())));
            }
            return tries > 1 ? read(requester, stream, keys, tries - 1) : evicted();
        });
    }

    /** Returns the failure of a read whose parts were evicted as often as it tried. */
    static CompletionStage<Answer> evicted() {
        return CompletableFuture.failedFuture(new BusyException("the cache of parts is too small"));
    }

    /** Retains all parts for the caller; returns empty, and retains none, if one of them has been freed. */
    static Optional<List<ByteBuf>> take(List<CachedPart> parts) {
        List<ByteBuf> taken = new ArrayList<>(parts.size());
        for (CachedPart part : parts) {
            try {
                taken.add(part.bytes().retainedDuplicate());
            } catch (IllegalReferenceCountException _) {
                taken.forEach(ByteBuf::release);
                return Optional.empty();
            }
        }
        return Optional.of(taken);
    }

    /** Returns the checksum of parts from their checksums. */
    static int check(List<Integer> checks) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * checks.size());
        checks.forEach(bytes::putInt);
        CRC32C crc = new CRC32C();
        crc.update(bytes.flip());
        return (int) crc.getValue();
    }

    /** Returns the bytes of the parts that the log still retains. */
    private Map<PartKey, CachedPart> load(RangeReader reader, String stream, Set<PartKey> keys) {
        if (memory.metric().usedDirectMemory() > limitBytes) {
            throw new BusyException("too many bytes are waiting for slow viewers");
        }
        Map<PartKey, CachedPart> loaded = new HashMap<>();
        try {
            TopicPartition from = kafka.partition(Topic.PARTS, kafka.partitionOf(stream));
            for (NavigableMap<Long, PartKey> run : runs(keys)) {
                reader.read(from, run.firstKey(), run.lastKey() + 1, record -> {
                    PartKey wanted = run.get(record.offset());
                    if (wanted != null && wanted.is(record)) {
                        loaded.put(wanted, copy((Part) record.value()));
                    } else if (wanted != null) {
                        LOG.log(Level.WARN, stream, "{}: offset {} of {} holds another part than the index says; the "
                                + "log has lost records", stream, record.offset(), from);
                    }
                    return true;
                });
            }
        } catch (RuntimeException e) {
            loaded.values().forEach(part -> part.bytes().release());
            throw e;
        }
        return loaded;
    }

    /** Groups parts by runs whose offsets are close enough to be read together. */
    private static List<NavigableMap<Long, PartKey>> runs(Set<PartKey> keys) {
        NavigableMap<Long, PartKey> places = new TreeMap<>();
        keys.forEach(key -> places.put(key.place().offset(), key));
        List<NavigableMap<Long, PartKey>> runs = new ArrayList<>();
        places.forEach((offset, key) -> {
            if (runs.isEmpty() || offset - runs.getLast().lastKey() > READ_OVER) {
                runs.add(new TreeMap<>());
            }
            runs.getLast().put(offset, key);
        });
        return runs;
    }

    /** Copies to direct memory: a part is sent many times, and the record would keep its whole fetch alive. */
    private CachedPart copy(Part part) {
        int sizeBytes = part.bytes().remaining();
        return new CachedPart(memory.directBuffer(sizeBytes, sizeBytes).writeBytes(part.bytes().duplicate()),
                part.check());
    }

    @Override
    public void close() {
        cache.forgetAll();
    }
}
