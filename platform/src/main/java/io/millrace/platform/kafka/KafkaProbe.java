package io.millrace.platform.kafka;

import io.millrace.platform.admin.HealthCheck;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks every second whether some broker answers. The stages' own clients wait for a broker that is away in silence, each
 * for as long as it may; this one says so within seconds, for all of them. Thread-safe.
 */
public final class KafkaProbe implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaProbe.class);
    private static final int PERIOD_MS = 1_000;
    private static final int ANSWER_MS = 3_000;
    /** A change of leaders or a long collection is no news. */
    static final long SILENCE_MS = 5_000;

    private final String brokers;
    private final LongSupplier nanos;
    private final Runnable atEnd;
    private final ScheduledExecutorService timer = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().name("kafka-probe").daemon().factory());
    private volatile long answeredNanos;
    private boolean silent;

    KafkaProbe(String brokers, LongSupplier nanos, Runnable atEnd) {
        this.brokers = brokers;
        this.atEnd = atEnd;
        this.nanos = nanos;
        answeredNanos = nanos.getAsLong();
    }

    /** Begins when a broker has just answered. */
    public static KafkaProbe start(KafkaClients kafka) {
        Admin admin = kafka.admin("millrace-probe");
        KafkaProbe probe = new KafkaProbe(kafka.settings().bootstrapServers(), System::nanoTime,
                () -> admin.close(Duration.ZERO));
        probe.timer.scheduleWithFixedDelay(() -> probe.heard(ask(admin)), PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
        return probe;
    }

    private static boolean ask(Admin admin) {
        try {
            admin.describeCluster(new DescribeClusterOptions().timeoutMs(ANSWER_MS)).nodes().get(ANSWER_MS,
                    TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException | TimeoutException _) {
            return false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** One question is over. */
    void heard(boolean answered) {
        long silentMs = silentMs();
        if (answered) {
            answeredNanos = nanos.getAsLong();
            if (silent) {
                LOG.info("Kafka at {} answers again, after {} s", brokers, silentMs / 1_000);
            }
            silent = false;
        } else if (!silent && silentMs > SILENCE_MS) {
            silent = true;
            LOG.warn("Kafka at {} does not answer; nothing can be published or watched until it does", brokers);
        }
    }

    /** Down once no broker has answered for some seconds. */
    public HealthCheck check() {
        return new HealthCheck("kafka", () -> {
            long silentMs = silentMs();
            return silentMs <= SILENCE_MS
                    ? HealthCheck.Status.up("a broker answers")
                    : HealthCheck.Status.down("no broker at " + brokers + " has answered for " + silentMs / 1_000
                            + " s");
        });
    }

    private long silentMs() {
        return TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong() - answeredNanos);
    }

    @Override
    public void close() {
        timer.shutdownNow();
        atEnd.run();
    }
}
