package io.millrace.launcher.settings;

import io.millrace.edge.view.Pace;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The flags that control how a process and its stages run and end. */
public final class ProcessOptions {
    private static final Duration LONGEST_DRAIN = Duration.ofMinutes(10);
    /** Viewers of a live stream would notice a longer interval. */
    private static final Duration LONGEST_FLV_TICK = Duration.ofSeconds(1);

    @Option(names = "--drain", paramLabel = "TIME", defaultValue = "10s", description = "How long a terminating stage waits for its clients to leave, up to 10m.")
    private Duration drain;

    @Option(names = "--flv-tick", converter = TickOrAuto.class, paramLabel = "TIME", defaultValue = "auto", description = "Minimum interval between writes to an FLV or RTMP viewer, up to 1s; 0s writes immediately, 'auto' adapts to the load.")
    private long flvTickNanos;

    @Option(names = "--standby-replicas", converter = CountOrNone.class, paramLabel = "N", defaultValue = "1", description = "Number of other segmenters that replicate the state of each segmenter, to take over without restoring it.")
    private int standbyReplicas;

    @Option(names = "--kafka-metrics", converter = Converters.Switch.class, arity = "1", paramLabel = "SWITCH", defaultValue = "off", description = "Whether /metrics includes the metrics of the Kafka clients, some thousand lines: 'on' or 'off'.")
    private boolean kafkaMetrics;

    void check() {
        Check.that(drain.compareTo(LONGEST_DRAIN) <= 0, "--drain must be 10m or less");
    }

    /** Returns how long a terminating stage waits for its clients to leave. */
    public Duration drain() {
        return drain;
    }

    /** Returns the minimum interval between two writes to an FLV or RTMP viewer, or {@link Pace#ADAPTIVE}. */
    public long flvTickNanos() {
        return flvTickNanos;
    }

    /** Returns the number of other segmenters that replicate the state of each segmenter. */
    public int standbyReplicas() {
        return standbyReplicas;
    }

    /** Returns whether {@code /metrics} includes the metrics of the Kafka clients. */
    public boolean kafkaMetrics() {
        return kafkaMetrics;
    }

    private static final class TickOrAuto extends Converters.Checked<Long> {
        TickOrAuto() {
            super(text -> text.strip().equals("auto") ? Pace.ADAPTIVE : nanos(text));
        }

        private static long nanos(String text) {
            Duration tick = Quantity.duration(text);
            Check.that(tick.compareTo(LONGEST_FLV_TICK) <= 0, "'" + text + "' is more than 1s");
            return tick.toNanos();
        }
    }

    private static final class CountOrNone extends Converters.Checked<Integer> {
        CountOrNone() {
            super(text -> text.equals("0") ? 0 : Converters.count(text));
        }
    }
}
