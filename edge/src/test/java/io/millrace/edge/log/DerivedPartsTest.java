package io.millrace.edge.log;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.past.RangeReader;
import io.millrace.testkit.Patience;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class DerivedPartsTest {
    private static final String STREAM = "live/show";
    private static final long MEMORY_BYTES = 1 << 20;

    private static CmafSegment write(KafkaClients kafka) {
        try (KafkaProducer<String, byte[]> producer = kafka.producer("test-write", 1 << 20)) {
            return new CmafSegment(part -> {
                try {
                    return producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.PARTS),
                            kafka.partitionOf(STREAM), STREAM, LogCodec.encode(part))).get().offset();
                } catch (InterruptedException | ExecutionException e) {
                    throw new AssertionError(e);
                }
            }, true);
        }
    }

    private static PartSource.Answer answer(PartSource parts, CmafSegment segment) throws Exception {
        return parts.read(Requester.EDGE, STREAM, RenditionId.TS, CmafSegment.FIRST, CmafSegment.START,
                segment.places).toCompletableFuture().get(Patience.MILLIS, TimeUnit.MILLISECONDS);
    }

    private static ByteBuf bytes(PartSource.Answer answer) {
        return Unpooled.wrappedBuffer(((PartSource.Answer.Bytes) answer).bytes().toArray(ByteBuf[]::new));
    }

    private static ReaderPool pool(KafkaClients kafka) {
        return new ReaderPool("test-derived", 1, _ -> new RangeReader(kafka.seeker("test-derived", Map.of())));
    }

    @Test
    void servesMadeSegmentUntilItsSourcesAreGone(TestBroker broker) throws Exception {
        KafkaClients kafka = broker.clients("derived.");
        CmafSegment segment = write(kafka);
        try (var readers = pool(kafka);
                var stored = new PartReader(kafka, readers, MEMORY_BYTES, MEMORY_BYTES);
                var parts = new DerivedParts(stored, readers, MEMORY_BYTES, MEMORY_BYTES);
                var others = new PartReader(kafka, readers, MEMORY_BYTES, MEMORY_BYTES);
                var later = new DerivedParts(others, readers, MEMORY_BYTES, MEMORY_BYTES)) {
            PartSource.Answer first = answer(parts, segment);
            ByteBuf made = bytes(first);
            assertThat(made.nioBuffer()).isEqualTo(segment.segment());
            TestBroker.recreate(kafka, Topic.PARTS);
            PartSource.Answer cached = answer(parts, segment);
            assertThat(((PartSource.Answer.Bytes) cached).check()).isEqualTo(((PartSource.Answer.Bytes) first).check());
            bytes(cached).release();
            made.release();
            assertThat(answer(later, segment)).isEqualTo(new PartSource.Answer.Expired());
        }
    }

    @Test
    void rejectsReadsWhileSlowViewersHoldTooMuch(TestBroker broker) throws Exception {
        KafkaClients kafka = broker.clients("derived-held.");
        CmafSegment segment = write(kafka);
        int sizeBytes = segment.segment().remaining();
        List<ByteBuf> held = new ArrayList<>();
        try (var readers = pool(kafka);
                var stored = new PartReader(kafka, readers, MEMORY_BYTES, MEMORY_BYTES);
                // The segment is too large to be cached, so every response has one of its own.
                var parts = new DerivedParts(stored, readers, 1, 2L * sizeBytes)) {
            assertThatThrownBy(() -> {
                for (int i = 0; i < 10; i++) {
                    held.add(bytes(answer(parts, segment)));
                }
            }).isInstanceOf(ExecutionException.class).hasRootCauseInstanceOf(BusyException.class);
            assertThat(held).hasSize(3).allSatisfy(
                    made -> assertThat(made.nioBuffer()).isEqualTo(segment.segment()));
            held.forEach(ByteBuf::release);
            held.clear();
            held.add(bytes(answer(parts, segment)));
        } finally {
            held.forEach(ByteBuf::release);
        }
    }
}
