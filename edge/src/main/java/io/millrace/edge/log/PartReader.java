package io.millrace.edge.log;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.past.RangeReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads parts by their offset: on the first request, cached within a limit of bytes, shared by all requests.
 *
 * <p>Thread-safe. The cache holds one reference to a part's bytes and each response its own, so an evicted part is
 * freed after the last response that sends it.
 */
public final class PartReader implements PartSource, AutoCloseable {
    /** Short runs of other streams' records are read and discarded rather than skipped by a seek. */
    private static final int READ_OVER = 8;
    /**
     * A part may be evicted between the read and the retain; if the cache is too small, this many attempts are made.
     */
    private static final int TRIES = 3;
    /** Players time out after about ten seconds; a request fails before that, however long its read takes. */
    private static final long ANSWER_MS = 8_000;

    private final KafkaClients kafka;
    private final ReaderPool readers;
    private final SharedReads<PartKey, ByteBuf> cache;
    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
    private final long limitBytes;
    private final long answerMs;

    record PartKey(int partition, long offset) {}

    /**
     * @param cacheBytes limit of cached parts
     * @param sendingBytes limit of evicted parts that responses still send, however slowly
     */
    public PartReader(KafkaClients kafka, ReaderPool readers, long cacheBytes, long sendingBytes) {
        this(kafka, readers, cacheBytes, sendingBytes, ANSWER_MS);
    }

    /** @param answerMs time limit of a request; a read that takes longer still fills the cache */
    public PartReader(KafkaClients kafka, ReaderPool readers, long cacheBytes, long sendingBytes, long answerMs) {
        this.answerMs = answerMs;
        this.kafka = kafka;
        this.readers = readers;
        limitBytes = cacheBytes + sendingBytes;
        cache = new SharedReads<>(cache(cacheBytes).build());
    }

    static Caffeine<PartKey, ByteBuf> cache(long cacheBytes) {
        return Caffeine.newBuilder().maximumWeight(cacheBytes)
                .<PartKey, ByteBuf>weigher((_, bytes) -> bytes.readableBytes()).executor(Runnable::run)
                .removalListener((_, bytes, _) -> bytes.release());
    }

    @Override
    public CompletionStage<Answer> read(Requester requester, String stream, List<PartPlace> parts) {
        int partition = kafka.partitionOf(stream);
        List<PartKey> keys = parts.stream().map(part -> new PartKey(partition, part.offset())).toList();
        return read(requester, stream, keys, TRIES);
    }

    private CompletionStage<Answer> read(Requester requester, String stream, List<PartKey> keys, int tries) {
        CompletableFuture<Map<PartKey, ByteBuf>> read = cache.getAll(keys, requester,
                (missing, requesters) -> readers.submit(requesters, reader -> load(reader, stream, missing)));
        return read.orTimeout(answerMs, TimeUnit.MILLISECONDS).thenCompose(found -> {
            if (!found.keySet().containsAll(keys)) {
                return CompletableFuture.completedFuture(new Answer.Expired());
            }
            Optional<Answer> taken = take(keys.stream().map(found::get).toList());
            if (taken.isPresent()) {
                return CompletableFuture.completedFuture(taken.get());
            }
            return tries > 1
                    ? read(requester, stream, keys, tries - 1)
                    : CompletableFuture.failedFuture(new BusyException("the cache of parts is too small"));
        });
    }

    /** Retains each part for the caller, or none of them. */
    private static Optional<Answer> take(List<ByteBuf> parts) {
        List<ByteBuf> taken = new ArrayList<>(parts.size());
        for (ByteBuf part : parts) {
            try {
                taken.add(part.retainedDuplicate());
            } catch (IllegalReferenceCountException _) {
                taken.forEach(ByteBuf::release);
                return Optional.empty();
            }
        }
        return Optional.of(new Answer.Bytes(taken));
    }

    /** Returns the bytes of the parts that the log still retains. */
    private Map<PartKey, ByteBuf> load(RangeReader reader, String stream, Set<PartKey> keys) {
        if (memory.metric().usedDirectMemory() > limitBytes) {
            throw new BusyException("too many bytes are waiting for slow viewers");
        }
        Map<PartKey, ByteBuf> loaded = new HashMap<>();
        try {
            for (NavigableSet<Long> run : runs(keys)) {
                int partition = keys.iterator().next().partition();
                TopicPartition from = kafka.partition(Topic.PARTS, partition);
                reader.read(from, run.first(), run.last() + 1, record -> {
                    if (run.contains(record.offset())) {
                        loaded.put(new PartKey(partition, record.offset()), copy(stream, record));
                    }
                    return true;
                });
            }
        } catch (RuntimeException e) {
            loaded.values().forEach(ByteBuf::release);
            throw e;
        }
        return loaded;
    }

    /** Groups offsets that are close enough to be read together. */
    private static List<NavigableSet<Long>> runs(Set<PartKey> keys) {
        NavigableSet<Long> offsets = new TreeSet<>();
        keys.forEach(key -> offsets.add(key.offset()));
        List<NavigableSet<Long>> runs = new ArrayList<>();
        for (long offset : offsets) {
            if (runs.isEmpty() || offset - runs.getLast().last() > READ_OVER) {
                runs.add(new TreeSet<>());
            }
            runs.getLast().add(offset);
        }
        return runs;
    }

    /** Copies to direct memory: a part is sent many times, and the record would keep its whole fetch alive. */
    private ByteBuf copy(String stream, ConsumerRecord<String, LogRecord> record) {
        if (!stream.equals(record.key()) || !(record.value() instanceof Part part)) {
            throw new IllegalStateException("offset " + record.offset() + " of " + record.topic() + " is no part of "
                    + stream);
        }
        int sizeBytes = part.bytes().remaining();
        return memory.directBuffer(sizeBytes, sizeBytes).writeBytes(part.bytes().duplicate());
    }

    @Override
    public void close() {
        cache.forgetAll();
    }
}
