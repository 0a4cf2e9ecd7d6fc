package io.millrace.packager.loop;

import io.millrace.packager.meters.PackagerMeters;
import io.millrace.packager.meters.PackagerMeters.Drop;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SegmentsRecord;
import io.millrace.platform.log.Undecodable;
import io.millrace.platform.net.PeerLog;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Packages one partition on a virtual thread of its own, {@code packager-N}, which owns the partition's state. Other
 * threads pass it commands; the loop reads its {@link #status}.
 *
 * <p>A read or write that Kafka does not complete in time is repeated after a pause, so only the partition whose leader
 * is unavailable waits. Any other failure is reported to the loop. The worker yields the processor after each cut.
 */
final class PartitionWorker implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PartitionWorker.class);
    private static final long FIRST_PAUSE_MS = 500;
    private static final long LONGEST_PAUSE_MS = 10_000;

    private final int partition;
    private final Resources resources;
    private final ByteBudget.Share cached;
    /** Records that wait to be processed. Without room, the loop pauses the partition. */
    private final ByteBudget.Share queued;
    private final PartitionWriter writer;
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private final BlockingQueue<Runnable> commands = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile Status status = new Status(null, false, false);
    private volatile boolean closed;
    private PartitionWork work;
    private boolean draining;
    private long pauseMs;
    private long resumeNanos;

    /**
     * What all workers of a packager share.
     *
     * @param reads reads packets again, and the gaps of a partition that is taken over
     * @param records the log
     * @param queued memory of records that wait to be processed
     * @param cache memory of packets that wait for their cuts
     * @param inFlight memory of parts that are not in the index
     * @param retentionMs retention of {@code parts} and {@code index}
     * @param ofStreams as in {@link PartitionWork}
     * @param fatal receives a failure that is neither of one stream nor of one partition, on the worker
     */
    record Resources(Reads reads, RecordLog records, ByteBudget queued, ByteBudget cache, ByteBudget inFlight,
            long retentionMs, PackagerMeters meters, PeerLog ofStreams, InstantSource clock,
            Consumer<Throwable> fatal) {}

    /** Blocking reads of one partition, which fail after a bounded time. */
    interface Reads {
        PacketSource packets(int partition);

        /** @param from offset in {@code index} */
        RecordedGaps gaps(int partition, long from);
    }

    /**
     * The state of a worker for the loop. Immutable.
     *
     * @param positions the positions to commit, or null if unknown
     * @param wantsCuts whether {@code segments} is to be read
     * @param wantsPackets whether {@code packets} is to be read
     */
    record Status(Positions positions, boolean wantsCuts, boolean wantsPackets) {}

    /** @param indexFrom offset in {@code index} from which gaps apply */
    PartitionWorker(int partition, long indexFrom, Resources resources) {
        this.partition = partition;
        this.resources = resources;
        queued = resources.queued().share();
        cached = resources.cache().share();
        writer = new PartitionWriter(partition, resources.records(), resources.inFlight().share(), commands::add,
                this::writeFailed, resources.retentionMs(), resources.meters(), resources.clock());
        thread = Thread.ofVirtual().name("packager-" + partition).unstarted(() -> run(indexFrom));
    }

    void start() {
        thread.start();
    }

    /** Passes records of {@code packets} or {@code segments}, in the order of the log. */
    void read(boolean packets, List<ConsumerRecord<String, LogRecord>> records) {
        long bytes = records.stream().mapToLong(record -> Math.max(0, record.serializedValueSize())).sum();
        queued.add(bytes);
        commands.add(() -> {
            records.forEach(record -> accept(packets, record));
            queued.add(-bytes);
        });
    }

    /** Passes where reading begins. */
    void begin(long segments, long packets) {
        commands.add(() -> {
            work.cutsReadUpTo(segments);
            work.packetsReadUpTo(packets);
        });
    }

    Status status() {
        return status;
    }

    boolean wantsCuts() {
        return status.wantsCuts() && queued.hasRoom();
    }

    boolean wantsPackets() {
        return status.wantsPackets() && queued.hasRoom();
    }

    /** Processes no further cut. Completes when everything that was written is in the log. */
    CompletableFuture<Void> drain() {
        commands.add(() -> draining = true);
        return drained.copy();
    }

    /** Ends the worker. Parts in flight may still be written; the next owner repeats them with identical bytes. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }

    private void run(long indexFrom) {
        try (writer; cached; queued) {
            work = open(indexFrom);
            boolean more = false;
            while (!closed) {
                takeCommands(more);
                more = advance();
                status = new Status(work.positions(), writer.hasRoom() && work.wantsCuts(),
                        writer.hasRoom() && work.wantsPackets());
                if (draining && writer.isIdle()) {
                    drained.complete(null);
                }
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            if (!closed) {
                resources.fatal().accept(e);
            }
        } finally {
            drained.complete(null);
        }
    }

    private PartitionWork open(long indexFrom) throws InterruptedException {
        while (true) {
            try {
                RecordedGaps gaps = resources.reads().gaps(partition, indexFrom);
                return new PartitionWork(cached, resources.reads().packets(partition), writer, resources.meters(),
                        gaps, resources.ofStreams(), System::nanoTime);
            } catch (RetriableException e) {
                pause(e);
                TimeUnit.NANOSECONDS.sleep(pausedNanos());
            }
        }
    }

    /**
     * Runs the commands that have arrived. Waits for one unless there is something to do, but not for longer than a second
     * while anything becomes due with time.
     */
    private void takeCommands(boolean more) throws InterruptedException {
        long paused = pausedNanos();
        Runnable next = more || paused > 0
                ? commands.poll(paused, TimeUnit.NANOSECONDS)
                : work.ages() ? commands.poll(PartitionWork.LONGEST_STEP_MS, TimeUnit.MILLISECONDS) : commands.take();
        while (next != null) {
            next.run();
            next = commands.poll();
        }
    }

    /** Processes one cut. Returns whether there may be more to do at once. */
    private boolean advance() {
        if (pausedNanos() > 0) {
            return false;
        }
        try {
            if (writer.canRepeat()) {
                writer.repeat();
            }
            boolean more = !draining && work.advance();
            if (more) {
                pauseMs = 0;
                Thread.yield();
            }
            return more;
        } catch (RetriableException e) {
            pause(e);
            return false;
        }
    }

    private void accept(boolean packets, ConsumerRecord<String, LogRecord> record) {
        switch (record.value()) {
            case Packet packet when packets && record.key() != null ->
                work.packet(record.offset(), record.key(), packet);
            case SegmentsRecord decided when !packets && record.key() != null ->
                work.decided(record.offset(), record.key(), decided, record.timestamp());
            case null, default -> {
                if (record.value() instanceof Undecodable undecodable) {
                    log.warn("skipped undecodable {}-{}@{}: {}", record.topic(), partition, record.offset(),
                            undecodable.why());
                    resources.meters().dropped(Drop.UNDECODABLE);
                }
                if (packets) {
                    work.packetsReadUpTo(record.offset() + 1);
                } else {
                    work.cutsReadUpTo(record.offset() + 1);
                }
            }
        }
    }

    private void writeFailed(Exception failure) {
        if (!PartitionWriter.isRepeatable(failure)) {
            throw new KafkaException("Kafka did not accept a part or its index entry", failure);
        }
        pause(failure);
    }

    private void pause(Exception cause) {
        if (pausedNanos() > 0) {
            return;
        }
        if (pauseMs == 0) {
            log.warn("packager waits for partition {} and tries again: {}", partition, cause.toString());
        }
        resources.meters().retried();
        pauseMs = pauseMs == 0 ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, 2 * pauseMs);
        resumeNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pauseMs);
    }

    private long pausedNanos() {
        return pauseMs == 0 ? 0 : Math.max(0, resumeNanos - System.nanoTime());
    }
}
