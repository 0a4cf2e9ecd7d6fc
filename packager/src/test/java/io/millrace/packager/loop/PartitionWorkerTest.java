package io.millrace.packager.loop;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.packager.WrittenLog;
import io.millrace.packager.WrittenLog.Entry;
import io.millrace.packager.meters.PackagerMeters;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SourcePart;
import io.millrace.platform.past.LogTimestamps;
import io.millrace.testkit.Patience;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PartitionWorkerTest {
    private static final long ROOMY = 64L << 20;
    private static final long RETENTION_MS = TimeUnit.DAYS.toMillis(1);

    private WrittenLog log = new WrittenLog().publish(7, 9, "live/a", "live/b");
    private final Map<Integer, List<Entry<LogRecord>>> index = new ConcurrentHashMap<>();
    private final Map<Integer, List<Entry<LogRecord>>> parts = new ConcurrentHashMap<>();
    private final AtomicReference<Throwable> fatal = new AtomicReference<>();
    private final List<PartitionWorker> workers = new ArrayList<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @AfterEach
    void close() {
        workers.forEach(PartitionWorker::close);
    }

    private void accept(Topic topic, int partition, String stream, byte[] value, RecordLog.Result result) {
        List<Entry<LogRecord>> records = (topic == Topic.PARTS ? parts : index).computeIfAbsent(partition,
                _ -> new CopyOnWriteArrayList<>());
        records.add(new Entry<>(records.size(), stream, LogCodec.decode(ByteBuffer.wrap(value))));
        result.appended(records.size() - 1, null);
    }

    private PartitionWorker worker(int partition, RecordLog records, PartitionWorker.Reads reads) {
        var worker = new PartitionWorker(partition, 0, new PartitionWorker.Resources(reads, records,
                new ByteBudget(ROOMY), new ByteBudget(ROOMY), new ByteBudget(ROOMY), RETENTION_MS,
                new PackagerMeters(registry), PartitionWork.logOfStreams(), InstantSource.system(), fatal::set));
        workers.add(worker);
        worker.start();
        worker.begin(0, 0);
        worker.read(true, records(log.packets));
        worker.read(false, records(log.cuts));
        return worker;
    }

    private static List<ConsumerRecord<String, LogRecord>> records(List<? extends Entry<? extends LogRecord>> of) {
        return of.stream()
                .map(e -> new ConsumerRecord<String, LogRecord>("topic", 0, e.offset(), e.stream(), e.value()))
                .toList();
    }

    /** Reads nothing: all packets are cached, and no gap is recorded. */
    private static PartitionWorker.Reads noReads() {
        return reads(new CountDownLatch(0), 0);
    }

    /** @param failures how many times reading the gaps fails */
    private static PartitionWorker.Reads reads(CountDownLatch latch, int failures) {
        var left = new AtomicInteger(failures);
        return new PartitionWorker.Reads() {
            @Override
            public PacketSource packets(int partition) {
                return new PacketSource() {
                    @Override
                    public Ends ends() {
                        return new Ends(0, 0);
                    }

                    @Override
                    public Map<Long, Packet> read(Set<Long> offsets) {
                        return Map.of();
                    }
                };
            }

            @Override
            public RecordedGaps gaps(int partition, long from) {
                await(latch);
                if (left.getAndDecrement() > 0) {
                    throw new TimeoutException("no leader");
                }
                return new RecordedGaps();
            }
        };
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new KafkaException(e);
        }
    }

    private void awaitIndex(int partition) {
        Patience.await().until(() -> fatal.get() != null || indexed(partition).size() >= log.cuts.size());
        assertThat(fatal.get()).isNull();
    }

    private List<Entry<LogRecord>> indexed(int partition) {
        return index.getOrDefault(partition, List.of());
    }

    @Test
    void busyPartitionDoesNotDelayOthers() {
        CountDownLatch busy = new CountDownLatch(1);
        RecordLog records = (topic, partition, stream, _, value, result) -> {
            if (partition == 0) {
                await(busy);
            }
            accept(topic, partition, stream, value, result);
        };
        worker(0, records, noReads());
        worker(1, records, noReads());

        awaitIndex(1);
        assertThat(indexed(0)).as("of the busy partition").isEmpty();
        busy.countDown();
        awaitIndex(0);
        assertThat(indexed(0)).isEqualTo(indexed(1));
    }

    @Test
    void partitionWithUnreadableIndexWaitsAlone() {
        CountDownLatch away = new CountDownLatch(1);
        worker(0, (topic, partition, stream, _, value, result) -> accept(topic, partition, stream, value, result),
                reads(away, 1));
        worker(1, (topic, partition, stream, _, value, result) -> accept(topic, partition, stream, value, result),
                noReads());

        awaitIndex(1);
        assertThat(indexed(0)).isEmpty();
        away.countDown();
        awaitIndex(0);
        assertThat(registry.get("millrace.packager.retries").counter().count()).isEqualTo(1);
    }

    @Test
    void repeatsRecordsInOrderAfterFailure() {
        AtomicInteger count = new AtomicInteger();
        PartitionWorker worker = worker(0, (topic, partition, stream, _, value, result) -> {
            // The sixth and tenth record, a part or an index entry; some records after them have been accepted.
            int number = count.incrementAndGet();
            if (number == 6 || number == 10) {
                result.appended(-1, new TimeoutException("no leader"));
            } else {
                accept(topic, partition, stream, value, result);
            }
        }, noReads());

        Patience.await().until(() -> fatal.get() != null || listed(indexed(0)) == log.cuts.size());
        assertThat(fatal.get()).isNull();
        Patience.await().until(() -> worker.status().positions().segments() == log.cuts.size());
    }

    /** Kafka's producer goes on with the next batch after one that it gives up. */
    @Test
    void nothingLaterOfStreamPrecedesFailedIndexRecord() {
        AtomicReference<RecordLog.Result> failing = new AtomicReference<>();
        PartitionWorker worker = worker(0, (topic, partition, stream, _, value, result) -> {
            if (topic != Topic.INDEX || !stream.equals("live/a") || !failing.compareAndSet(null, result)) {
                accept(topic, partition, stream, value, result);
            }
        }, noReads());
        Patience.await().until(() -> fatal.get() != null
                || parts.getOrDefault(0, List.of()).size() == log.cuts.size()
                        && idsOf("live/b", indexed(0)).equals(idsOf("live/b", log.cuts)));
        failing.get().appended(-1, new TimeoutException("no leader"));

        Patience.await().until(() -> fatal.get() != null || worker.status().positions().segments() == log.cuts.size());
        assertThat(fatal.get()).isNull();
        assertThat(idsOf("live/a", indexed(0))).isEqualTo(idsOf("live/a", log.cuts));
    }

    /** What is written again after a failure has another offset. */
    @Test
    void derivedPartsNameRecordsOfTheirSources() {
        log = new WrittenLog(Format.TS, Format.CMAF).publish(7, 9, "live/a", "live/b");
        int renditions = 3;
        AtomicInteger count = new AtomicInteger();
        PartitionWorker worker = worker(0, (topic, partition, stream, _, value, result) -> {
            int number = count.incrementAndGet();
            if (number == 8 || number == 17 || number == 30) {
                result.appended(-1, new TimeoutException("no leader"));
            } else {
                accept(topic, partition, stream, value, result);
            }
        }, noReads());
        Patience.await().until(() -> fatal.get() != null || worker.status().positions() != null
                && worker.status().positions().segments() == log.cuts.size());
        assertThat(fatal.get()).isNull();

        assertThat(parts.get(0)).extracting(record -> ((Part) record.value()).rendition().format())
                .containsOnly(Format.CMAF);
        assertThat(indexed(0)).hasSizeGreaterThanOrEqualTo(renditions * log.cuts.size());
        for (Entry<LogRecord> record : indexed(0)) {
            IndexEntry entry = (IndexEntry) record.value();
            assertThat(entry.place().isDerived()).isEqualTo(entry.rendition().equals(RenditionId.TS));
            for (SourcePart source : entry.place().sources()) {
                Entry<LogRecord> stored = parts.get(0).get((int) source.place().offset());
                Part part = (Part) stored.value();
                assertThat(stored.stream()).isEqualTo(record.stream());
                assertThat(part.id()).isEqualTo(entry.id());
                assertThat(part.rendition()).isEqualTo(source.rendition());
                assertThat(source.place().isOf(part.bytes().remaining(), part.check())).isTrue();
            }
        }
        assertThat(indexed(0).stream().map(Entry::value).map(IndexEntry.class::cast)
                .filter(entry -> entry.place().isDerived()))
                .allMatch(entry -> entry.place().sources().size() == renditions - 1);
    }

    /** Returns the identities of a stream's parts, in the order of their first records. */
    private static List<PartId> idsOf(String stream, List<? extends Entry<? extends LogRecord>> records) {
        return records.stream().filter(record -> record.stream().equals(stream)).map(record -> switch (record.value()) {
            case Cut cut -> cut.id();
            case IndexEntry entry -> entry.id();
            default -> throw new AssertionError(record);
        }).distinct().toList();
    }

    @Test
    void endOfEpochWaitsForEarlierRecordsInIndex() {
        AtomicReference<RecordLog.Result> last = new AtomicReference<>();
        AtomicInteger entries = new AtomicInteger();
        PartitionWorker worker = worker(0, (topic, partition, stream, _, value, result) -> {
            if (topic == Topic.INDEX && entries.incrementAndGet() == log.cuts.size()) {
                last.set(result);
            } else {
                accept(topic, partition, stream, value, result);
            }
        }, noReads());
        String stream = log.cuts.getLast().stream();
        var end = new EpochEnded(7, log.cuts.getLast().value().id().segment(), 0);
        worker.read(false, records(List.of(new Entry<>(log.cuts.size(), stream, end),
                new Entry<>(log.cuts.size() + 1, stream, end))));
        Patience.await().until(() -> last.get() != null
                && registry.get("millrace.dropped").tag("reason", "repeated").counter().count() == 1);
        assertThat(indexed(0)).extracting(Entry::value).doesNotContain(end);
        last.get().appended(-1, new TimeoutException("no leader"));

        Patience.await().until(() -> fatal.get() != null
                || worker.status().positions().segments() == log.cuts.size() + 2);
        assertThat(fatal.get()).isNull();
        assertThat(listed(indexed(0))).isEqualTo(log.cuts.size());
        assertThat(indexed(0)).last().extracting(Entry::value).isEqualTo(end);
    }

    /** Returns how many parts a reader lists that uses the first record of each and needs them in order, up to the end of the epoch. */
    private static int listed(List<Entry<LogRecord>> index) {
        Map<String, Integer> next = new HashMap<>();
        int listed = 0;
        for (Entry<LogRecord> record : index) {
            if (record.value() instanceof EpochEnded) {
                return listed;
            }
            PartId id = ((IndexEntry) record.value()).id();
            String segment = record.stream() + " " + id.segment();
            if (next.getOrDefault(segment, 0) == id.part()) {
                next.put(segment, id.part() + 1);
                listed++;
            }
        }
        return listed;
    }

    /** The clock of a packager takes no part: the next owner may have another one, and repeats records. */
    @Test
    void timeOfCutLimitsTimestamps() {
        Map<Topic, List<Long>> times = new ConcurrentHashMap<>();
        PartitionWorker worker = worker(0, (topic, partition, stream, timeMs, value, result) -> {
            times.computeIfAbsent(topic, _ -> new CopyOnWriteArrayList<>()).add(timeMs);
            accept(topic, partition, stream, value, result);
        }, noReads());
        String stream = log.cuts.getLast().stream();
        // Cuts without a Kafka timestamp, as in records(), are limited to those of 1970.
        var end = new EpochEnded(7, log.cuts.getLast().value().id().segment(), 5_000_000_000L);
        worker.read(false, List.of(new ConsumerRecord<>("topic", 0, log.cuts.size(), 2_000_000_000L,
                TimestampType.LOG_APPEND_TIME, 0, 0, stream, end, new RecordHeaders(), Optional.empty())));
        Patience.await().until(() -> fatal.get() != null
                || worker.status().positions() != null
                        && worker.status().positions().segments() == log.cuts.size() + 1);
        assertThat(fatal.get()).isNull();
        assertThat(times.get(Topic.INDEX)).last().isEqualTo(2_000_000_000L + LogTimestamps.LEAD_LIMIT_MS);
        assertThat(times.get(Topic.PARTS)).allMatch(timeMs -> timeMs <= LogTimestamps.LEAD_LIMIT_MS);
    }

    @Test
    void reportsRecordThatKafkaRejects() {
        worker(0, (_, _, _, _, _, result) -> result.appended(-1, new RecordTooLargeException("too large")), noReads());
        Patience.await().until(() -> fatal.get() != null);
        assertThat(fatal.get()).hasRootCauseInstanceOf(RecordTooLargeException.class);
    }

    @Test
    void drainsRecordsInFlight() throws Exception {
        List<Runnable> held = new CopyOnWriteArrayList<>();
        PartitionWorker worker = worker(0, (topic, partition, stream, _, value, result) -> held
                .add(() -> accept(topic, partition, stream, value, result)), noReads());
        Patience.await().until(() -> held.size() >= log.cuts.size());
        var drained = worker.drain();
        assertThat(drained).isNotDone();
        for (int i = 0; !drained.isDone(); i++) {
            int next = i;
            Patience.await().until(() -> drained.isDone() || held.size() > next);
            if (held.size() > next) {
                held.get(next).run();
            }
        }
        drained.get(Patience.MILLIS, TimeUnit.MILLISECONDS);
        Cut last = log.cuts.getLast().value();
        assertThat(indexed(0)).hasSize(log.cuts.size()).last()
                .matches(record -> ((IndexEntry) record.value()).id().equals(last.id()));
    }
}
