package io.millrace.edge.feed;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.millrace.edge.live.PartRef;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Part;
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
 * Parts by their offset: read at the first request, kept within a bound of bytes, shared by all requests.
 *
 * <p>Thread-safe. The cache holds one reference of a part's bytes, each response its own; so an evicted part is freed when
 * the last response that sends it is done.
 */
public final class PartReader implements PartSource, AutoCloseable {
    /** Records of other streams in between are read over rather than sought over. */
    private static final int READ_OVER = 8;
    /** A part may be evicted between the read and the take: a cache so small is given up on. */
    private static final int TRIES = 3;
    /** Players give up at about ten seconds; a request is told before, whatever its read and those before it wait for. */
    private static final long ANSWER_MS = 8_000;

    private final KafkaClients kafka;
    private final ReaderPool readers;
    private final AsyncCache<PartKey, ByteBuf> cache;
    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
    private final long limitBytes;
    private final long answerMs;

    private record PartKey(int partition, long offset) {}

    /**
     * @param cacheBytes for parts that are kept
     * @param sendingBytes for those that are not kept any more and that a response still sends, however slowly
     */
    PartReader(KafkaClients kafka, ReaderPool readers, long cacheBytes, long sendingBytes) {
        this(kafka, readers, cacheBytes, sendingBytes, ANSWER_MS);
    }

    /** @param answerMs a read that takes longer has failed for whoever waits; what it brings is kept for others */
    PartReader(KafkaClients kafka, ReaderPool readers, long cacheBytes, long sendingBytes, long answerMs) {
        this.answerMs = answerMs;
        this.kafka = kafka;
        this.readers = readers;
        limitBytes = cacheBytes + sendingBytes;
        cache = Caffeine.newBuilder().maximumWeight(cacheBytes)
                .<PartKey, ByteBuf>weigher((_, bytes) -> bytes.readableBytes()).executor(Runnable::run)
                .removalListener((_, bytes, _) -> bytes.release()).buildAsync();
    }

    @Override
    public CompletionStage<Answer> read(String stream, List<PartRef> parts) {
        int partition = kafka.partitionOf(stream);
        return read(stream, parts.stream().map(part -> new PartKey(partition, part.offset())).toList(), TRIES);
    }

    private CompletionStage<Answer> read(String stream, List<PartKey> keys, int tries) {
        return cache.getAll(keys, (missing, _) -> readers.submit(reader -> load(reader, stream, missing))
                .toCompletableFuture()).copy().orTimeout(answerMs, TimeUnit.MILLISECONDS).thenCompose(found -> {
                    if (!found.keySet().containsAll(keys)) {
                        return CompletableFuture.completedFuture(new Answer.Expired());
                    }
                    Optional<Answer> taken = take(keys.stream().map(found::get).toList());
                    if (taken.isPresent()) {
                        return CompletableFuture.completedFuture(taken.get());
                    }
                    return tries > 1
                            ? read(stream, keys, tries - 1)
                            : CompletableFuture.failedFuture(new BusyException("the cache of parts is too small"));
                });
    }

    /** A reference of each for the taker, or of none. */
    private static Optional<Answer> take(List<? extends ByteBuf> parts) {
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

    /** The bytes of those that the log still holds. */
    private Map<PartKey, ByteBuf> load(RangeReader reader, String stream, Set<? extends PartKey> keys) {
        if (memory.metric().usedDirectMemory() > limitBytes) {
            throw new BusyException("too many bytes wait for viewers who take them slowly");
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

    /** Offsets that are near enough to each other to be read in one go. */
    private static List<NavigableSet<Long>> runs(Set<? extends PartKey> keys) {
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

    /** Off the heap: it is sent many times, and the record would keep its whole fetch alive. */
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
        cache.synchronous().invalidateAll();
    }
}
