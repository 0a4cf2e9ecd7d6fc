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
 * Checks every second whether any broker responds. The stages' own clients wait silently for an unavailable broker,
 * each for its own timeout; this probe reports the outage within seconds, for all stages. Thread-safe.
 */
public final class KafkaProbe implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaProbe.class);
    private static final int PERIOD_MS = 1_000;
    private static final int ANSWER_MS = 3_000;
    /** Shorter outages, such as a change of leaders or a long garbage collection, are not reported. */
    static final long SILENCE_MS = 5_000;

    private final String brokers;
    private final LongSupplier nanos;
    private final Runnable atEnd;
    private final ScheduledExecutorService timer = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().name("kafka-probe").daemon().factory());
    /** When a broker last answered, by {@code nanos}. */
    private volatile long answeredNanos;
    private boolean silent;

    KafkaProbe(String brokers, LongSupplier nanos, Runnable atEnd) {
        this.brokers = brokers;
        this.atEnd = atEnd;
        this.nanos = nanos;
        answeredNanos = nanos.getAsLong();
    }

    /**
     * Starts the probe. The caller must just have had a response from a broker, since the probe counts silence from now
     * on.
     */
    public static KafkaProbe start(KafkaClients kafka) {
        Admin admin = kafka.admin("millrace-probe");
        KafkaProbe probe = new KafkaProbe(kafka.settings().bootstrapServers(), System::nanoTime,
                () -> admin.close(Duration.ZERO));
        probe.timer.scheduleWithFixedDelay(() -> probe.onAnswer(ask(admin)), PERIOD_MS, PERIOD_MS,
                TimeUnit.MILLISECONDS);
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
            // The probe is being closed, which is not an outage.
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Handles the result of one check. */
    void onAnswer(boolean answered) {
        long silentMs = silentMs();
        if (answered) {
            answeredNanos = nanos.getAsLong();
            if (silent) {
                LOG.info("Kafka at {} responds again, after {} s", brokers, silentMs / 1_000);
            }
            silent = false;
        } else if (!silent && silentMs > SILENCE_MS) {
            silent = true;
            LOG.warn("Kafka at {} does not respond; streams cannot be published or watched until it does", brokers);
        }
    }

    /**
     * Returns the readiness check {@code kafka}, which is down when no broker has responded for {@link #SILENCE_MS}.
     */
    public HealthCheck check() {
        return new HealthCheck("kafka", () -> {
            long silentMs = silentMs();
            return silentMs <= SILENCE_MS
                    ? HealthCheck.Status.up("a broker responds")
                    : HealthCheck.Status.down("no broker at " + brokers + " has responded for " + silentMs / 1_000
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
