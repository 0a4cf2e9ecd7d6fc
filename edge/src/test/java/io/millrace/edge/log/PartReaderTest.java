package io.millrace.edge.log;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.past.RangeReader;
import io.millrace.testkit.Patience;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class PartReaderTest {
    private static final String STREAM = "live/show";
    private static final int PART_BYTES = 20_000;
    private static final int CACHE_BYTES = 2_000_000;
    private static final int SENDING_BYTES = 500_000;

    /** Caffeine logs every read that fails. */
    private static final Logger CACHE_LOG = Logger.getLogger("com.github.benmanes.caffeine.cache.LocalAsyncCache");

    @AfterEach
    void printAgain() {
        CACHE_LOG.setFilter(null);
    }

    @Test
    void refusesReadsWhileSlowViewersHoldTooMuch(TestBroker broker) throws Exception {
        KafkaClients kafka = broker.clients("parts.");
        try (var pool = new ReaderPool("test-parts", 1,
                _ -> new RangeReader(kafka.seeker("test-parts", Map.of())));
                var parts = new PartReader(kafka, pool, CACHE_BYTES, SENDING_BYTES)) {
            List<PartPlace> refs = write(kafka, 2 * (CACHE_BYTES + SENDING_BYTES) / PART_BYTES);
            List<ByteBuf> held = new ArrayList<>();
            List<Throwable> logged = new CopyOnWriteArrayList<>();
            CACHE_LOG.setFilter(line -> {
                logged.add(line.getThrown());
                return false;
            });
            assertThatThrownBy(() -> {
                for (PartPlace ref : refs) {
                    held.add(read(parts, ref));
                }
            }).isInstanceOf(ExecutionException.class).hasRootCauseInstanceOf(BusyException.class);
            assertThat(logged).allMatch(BusyException.class::isInstance);
            long heldBytes = held.stream().mapToLong(ByteBuf::readableBytes).sum();
            assertThat(heldBytes).isBetween((long) SENDING_BYTES, (long) CACHE_BYTES + SENDING_BYTES + PART_BYTES);
            held.forEach(ByteBuf::release);
            read(parts, refs.getLast()).release();
        }
    }

    private static ByteBuf read(PartReader parts, PartPlace ref) throws Exception {
        return switch (parts.read(Requester.EDGE, STREAM, List.of(ref)).toCompletableFuture().get(Patience.MILLIS,
                TimeUnit.MILLISECONDS)) {
            case PartSource.Answer.Bytes(List<ByteBuf> bytes) -> bytes.getFirst();
            case PartSource.Answer.Expired() -> throw new AssertionError("expired");
        };
    }

    private static List<PartPlace> write(KafkaClients kafka, int count) throws Exception {
        List<PartPlace> refs = new ArrayList<>();
        try (KafkaProducer<String, byte[]> producer = kafka.producer("test", 32 << 20)) {
            for (int i = 0; i < count; i++) {
                byte[] bytes = new byte[PART_BYTES];
                bytes[0] = (byte) i;
                var part = new Part(new PartId(17, i, 0), Format.TS, ByteBuffer.wrap(bytes));
                long offset = producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.PARTS),
                        kafka.partitionOf(STREAM), STREAM, LogCodec.encode(part)))
                        .get(Patience.MILLIS, TimeUnit.MILLISECONDS).offset();
                refs.add(new PartPlace(offset, PART_BYTES));
            }
        }
        return refs;
    }
}
