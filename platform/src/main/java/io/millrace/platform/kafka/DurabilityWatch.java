package io.millrace.platform.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.platform.UserError;
import io.millrace.platform.admin.HealthCheck;
import io.millrace.platform.admin.HealthCheck.Status;
import io.millrace.platform.kafka.DurabilityProblem.Condition;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks at start and then every minute whether the topics are configured so that acknowledged media is not lost. Logs
 * each problem once, and provides a readiness check and metrics. Thread-safe.
 */
public final class DurabilityWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DurabilityWatch.class);
    private static final Duration PERIOD = Duration.ofMinutes(1);
    /** How long the first check waits for a broker that does not know the new topics yet. */
    private static final long NEW_TOPICS_MS = 30_000;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final KafkaSettings settings;
    private final Policy policy;
    private final Admin admin;
    private final DurabilityMeters meters;
    private final ScheduledExecutorService timer = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().name("durability-watch").daemon().factory());
    private volatile List<DurabilityProblem> problems = List.of();

    private DurabilityWatch(KafkaSettings settings, Policy policy, Admin admin, DurabilityMeters meters) {
        this.settings = settings;
        this.policy = policy;
        this.admin = admin;
        this.meters = meters;
    }

    /** The effect of a problem on the process. */
    public enum Policy {
        /** The problem is logged and reported, and the process serves. */
        REPORT,
        /** As {@link #REPORT}, but the only replica on the only broker is expected: the broker is in this process. */
        EXPECT_ONE_BROKER,
        /** The process does not start, and is not ready if the problem arises later. */
        REQUIRE
    }

    /**
     * Checks the topics, which must exist, and starts to watch them. Blocks; waits up to 30 s for brokers that do not
     * know the topics yet.
     *
     * @throws UserError if there is a problem and the policy is {@link Policy#REQUIRE}, or if Kafka cannot be queried
     */
    public static DurabilityWatch start(KafkaClients kafka, Policy policy, MeterRegistry registry) {
        return start(kafka, policy, registry, PERIOD);
    }

    /** Like {@link #start(KafkaClients, Policy, MeterRegistry)}, with another time between two checks. */
    public static DurabilityWatch start(KafkaClients kafka, Policy policy, MeterRegistry registry, Duration period) {
        Admin admin = kafka.admin("millrace-durability");
        DurabilityWatch watch = new DurabilityWatch(kafka.settings(), policy, admin, new DurabilityMeters(registry));
        try {
            watch.begin(watch.readFirst());
        } catch (RuntimeException e) {
            watch.close();
            throw e;
        }
        watch.timer.scheduleWithFixedDelay(watch::inspect, period.toMillis(), period.toMillis(),
                TimeUnit.MILLISECONDS);
        return watch;
    }

    private LogState readFirst() {
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(NEW_TOPICS_MS);
        try {
            LogState log = LogState.read(admin, settings);
            while (!log.isComplete() && System.nanoTime() - deadlineNanos < 0) {
                LockSupport.parkNanos(RETRY_NANOS);
                log = LogState.read(admin, settings);
            }
            return log;
        } catch (ExecutionException e) {
            throw new UserError("cannot check the topics: " + e.getCause().getMessage()
                    + "; grant Describe and DescribeConfigs on them", e.getCause());
        } catch (TimeoutException e) {
            throw Unreachable.error(settings, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted while checking the topics", e);
        }
    }

    private void begin(LogState log) {
        if (policy == Policy.REQUIRE) {
            List<DurabilityProblem> found = DurabilityRules.problems(settings, log);
            if (!found.isEmpty()) {
                throw new UserError("acknowledged media is at risk: " + text(found)
                        + "; or start without --require-durability");
            }
        }
        onState(log);
        if (isExpectedBroker()) {
            LOG.info("media is stored once, on this machine: it survives a crash of Millrace, but not the loss of the"
                    + " disk, and a power failure can lose the newest seconds");
        }
    }

    /** Checks the topics once. While Kafka does not respond, which {@link KafkaProbe} reports, the result is kept. */
    private void inspect() {
        try {
            onState(LogState.read(admin, settings));
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            LOG.debug("the topics could not be checked", e);
        } catch (RuntimeException e) {
            // A bug. The timer would drop the exception and never check again.
            LOG.error("the topics could not be checked", e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Handles the result of one check. */
    private void onState(LogState log) {
        List<DurabilityProblem> before = problems;
        problems = DurabilityRules.problems(settings, log);
        List<DurabilityProblem> now = reported();
        meters.set(now);
        now.stream().filter(problem -> !before.contains(problem))
                .forEach(problem -> LOG.warn("acknowledged media is at risk: {}", problem.message()));
        if (problems.isEmpty() && !before.isEmpty()) {
            LOG.info("the topics meet all preconditions of durable media again");
        }
    }

    private List<DurabilityProblem> reported() {
        return problems.stream().filter(problem -> policy != Policy.EXPECT_ONE_BROKER
                || problem.condition() != Condition.BROKERS).toList();
    }

    private boolean isExpectedBroker() {
        return reported().size() < problems.size();
    }

    /** Returns the readiness check {@code durability}, which is down only with {@link Policy#REQUIRE}. */
    public HealthCheck check() {
        return new HealthCheck("durability", this::status);
    }

    private Status status() {
        List<DurabilityProblem> now = reported();
        if (!now.isEmpty()) {
            return new Status(policy != Policy.REQUIRE, "acknowledged media is at risk: " + text(now));
        }
        return Status.up(isExpectedBroker()
                ? "media is stored once, on this machine"
                : "every acknowledged record is on at least two brokers");
    }

    private static String text(List<DurabilityProblem> problems) {
        return problems.stream().map(DurabilityProblem::message).collect(Collectors.joining("; "));
    }

    @Override
    public void close() {
        timer.shutdownNow();
        admin.close(Duration.ZERO);
    }
}
