package io.millrace.edge.log;

import ch.qos.logback.classic.Level;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.past.RangeReader;
import io.millrace.testkit.LogCapture;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
                for (int i = 0; i < refs.size(); i++) {
                    held.add(read(parts, id(i), refs.get(i)));
                }
            }).isInstanceOf(ExecutionException.class).hasRootCauseInstanceOf(BusyException.class);
            assertThat(logged).allMatch(BusyException.class::isInstance);
            long heldBytes = held.stream().mapToLong(ByteBuf::readableBytes).sum();
            assertThat(heldBytes).isBetween((long) SENDING_BYTES, (long) CACHE_BYTES + SENDING_BYTES + PART_BYTES);
            held.forEach(ByteBuf::release);
            read(parts, id(refs.size() - 1), refs.getLast()).release();
        }
    }

    /** After the topic was created again, offsets are used again. */
    @ParameterizedTest
    @ValueSource(strings = {"other segment", "other size", "other epoch", "other part", "other stream", "other bytes",
        "nothing"})
    void servesNoOtherPartAtSameOffset(String now, TestBroker broker) throws Exception {
        KafkaClients kafka = broker.clients("reused-" + now.replace(' ', '-') + ".");
        try (var log = new LogCapture(PartReader.class);
                var pool = new ReaderPool("test-reused", 1,
                        _ -> new RangeReader(kafka.seeker("test-reused", Map.of())));
                var before = new PartReader(kafka, pool, CACHE_BYTES, SENDING_BYTES);
                var after = new PartReader(kafka, pool, CACHE_BYTES, SENDING_BYTES)) {
            PartId id = id(4);
            PartPlace place = write(kafka, STREAM, id, 1_000, 1);
            read(before, id, place).release();
            TestBroker.recreate(kafka, Topic.PARTS);
            PartId other = switch (now) {
                case "other segment" -> new PartId(17, 5, 0);
                case "other epoch" -> new PartId(18, 4, 0);
                case "other part" -> new PartId(17, 4, 1);
                default -> id;
            };
            int size = now.equals("other size") ? 999 : 1_000;
            String stream = now.equals("other stream") ? "live/other" : STREAM;
            if (!now.equals("nothing")) {
                PartPlace reused = write(kafka, stream, other, size, 2);
                assertThat(reused.offset()).isEqualTo(place.offset());
                if (stream.equals(STREAM)) {
                    ByteBuf second = read(before, other, reused);
                    assertThat(second.getByte(0)).as("not what is cached for the offset").isEqualTo((byte) 2);
                    second.release();
                }
            }
            assertThat(answer(after, id, place)).isEqualTo(new PartSource.Answer.Expired());
            assertThat(log.texts(Level.WARN)).allMatch(line -> line.contains("holds another part than the index"));
        }
    }

    private static ByteBuf read(PartReader parts, PartId id, PartPlace place) throws Exception {
        return switch (answer(parts, id, place)) {
            case PartSource.Answer.Bytes(List<ByteBuf> bytes, int _) -> bytes.getFirst();
            case PartSource.Answer.Expired() -> throw new AssertionError("expired");
        };
    }

    private static PartSource.Answer answer(PartReader parts, PartId id, PartPlace place) throws Exception {
        return parts.read(Requester.EDGE, STREAM, RenditionId.TS, id,
                new SegmentStart(true, false, 0, 2), List.of(place)).toCompletableFuture().get(
                        Patience.MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    private static PartId id(int segment) {
        return new PartId(17, segment, 0);
    }

    private static PartPlace write(KafkaClients kafka, String stream, PartId id, int sizeBytes, int fill)
            throws Exception {
        try (KafkaProducer<String, byte[]> producer = kafka.producer("test", 32 << 20)) {
            byte[] bytes = new byte[sizeBytes];
            bytes[0] = (byte) fill;
            var part = new Part(id, RenditionId.TS, ByteBuffer.wrap(bytes));
            long offset = producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.PARTS),
                    kafka.partitionOf(STREAM), stream, LogCodec.encode(part)))
                    .get(Patience.MILLIS, TimeUnit.MILLISECONDS).offset();
            return new PartPlace(offset, sizeBytes, part.check());
        }
    }

    private static List<PartPlace> write(KafkaClients kafka, int count) throws Exception {
        List<PartPlace> refs = new ArrayList<>();
        try (KafkaProducer<String, byte[]> producer = kafka.producer("test", 32 << 20)) {
            for (int i = 0; i < count; i++) {
                byte[] bytes = new byte[PART_BYTES];
                bytes[0] = (byte) i;
                var part = new Part(id(i), RenditionId.TS, ByteBuffer.wrap(bytes));
                long offset = producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.PARTS),
                        kafka.partitionOf(STREAM), STREAM, LogCodec.encode(part)))
                        .get(Patience.MILLIS, TimeUnit.MILLISECONDS).offset();
                refs.add(new PartPlace(offset, PART_BYTES));
            }
        }
        return refs;
    }
}
