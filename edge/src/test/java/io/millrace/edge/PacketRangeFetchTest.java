package io.millrace.edge;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Packet;
import io.millrace.platform.past.PacketRange;
import io.millrace.platform.past.RangeReader;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/** What a range that is read in turns costs a real broker. */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class PacketRangeFetchTest {
    private static final String STREAM = "live/long";
    private static final int RECORDS = 2_000;
    private static final int BODY_BYTES = 10_000;
    private static final long ONE_POLL = 0;

    /** An export reads hours of media, so records that the consumer has fetched ahead must not be fetched again. */
    @Test
    void fetchesEachRecordOnce(TestBroker broker) throws Exception {
        KafkaClients kafka = broker.clients("fetch.");
        long start;
        Future<Long> last = null;
        try (var log = new LogWriter(kafka, STREAM)) {
            start = log.session() + 1;
            var random = new Random(1);
            for (int i = 0; i < RECORDS; i++) {
                byte[] body = new byte[BODY_BYTES];
                random.nextBytes(body);
                last = log.send(Topic.PACKETS,
                        new Packet(start - 1, i, 0, i, 0, Packet.Kind.VIDEO, 0, Records.frame(i == 0),
                                ByteBuffer.wrap(body)));
            }
        }
        long end = LogWriter.offset(last) + 1;
        KafkaConsumer<String, LogRecord> consumer = kafka.reader("test-fetch");
        var range = new PacketRange(kafka.partition(Topic.PACKETS, kafka.partitionOf(STREAM)), STREAM, start);
        var bytes = new AtomicLong();
        int turns = 0;
        try (var reader = new RangeReader(consumer)) {
            while (range.next() < end) {
                range.read(reader, end, ONE_POLL, (_, record) -> {
                    bytes.addAndGet(((Packet) record).body().remaining());
                    return true;
                });
                turns++;
            }
            assertThat(bytes).hasValue((long) RECORDS * BODY_BYTES);
            assertThat(turns).isGreaterThan(1);
            assertThat(receivedBytes(consumer)).isLessThan(bytes.get() + bytes.get() / 4);
        }
    }

    private static long receivedBytes(KafkaConsumer<String, LogRecord> consumer) {
        return consumer.metrics().entrySet().stream()
                .filter(metric -> metric.getKey().name().equals("incoming-byte-total")
                        && !metric.getKey().tags().containsKey("node-id"))
                .mapToLong(metric -> ((Double) metric.getValue().metricValue()).longValue()).sum();
    }
}
