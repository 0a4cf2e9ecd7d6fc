package io.millrace.platform.admin;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.ManagementFactory;
import java.util.Set;

/**
 * The process's meter registry, including the meters of the JVM and of the process: {@code jvm_*}, {@code process_*},
 * {@code system_cpu_*}. Closing this object closes the registry, and stops the collection of garbage collector events.
 */
public final class ProcessMeters implements AutoCloseable {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private static final double NANOS_PER_SECOND = 1e9;

    private final JvmGcMetrics gc = new JvmGcMetrics();

    private static final String FETCH = "kafka.consumer.fetch.manager.";
    /**
     * The metrics that Kafka's clients have for each partition and that are not kept, because their number grows with
     * partitions times clients and they add nothing to the client's totals. {@code records.lag} is kept.
     */
    private static final Set<String> FETCH_BY_PARTITION = Set.of("records.lag.avg", "records.lag.max", "records.lead",
            "records.lead.avg", "records.lead.min", "preferred.read.replica");

    /**
     * Creates the registry and its meters.
     *
     * @param version version of Millrace
     * @param kafka whether to register the metrics of Kafka clients, several hundred meters per client
     */
    public ProcessMeters(String version, boolean kafka) {
        if (!kafka) {
            registry.config().meterFilter(MeterFilter.denyNameStartsWith("kafka."));
        }
        // These violate Prometheus's naming rules: the first is in ns, the second is a gauge with the suffix of a
        // histogram.
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"));
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("system.cpu.count"));
        // These are identical for a consumer and a producer with the same id, and add nothing to the metrics of the
        // JVM.
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("kafka.app.info."));
        registry.config().meterFilter(MeterFilter.deny(id -> id.getTag("partition") != null
                && id.getName().startsWith(FETCH)
                && FETCH_BY_PARTITION.contains(id.getName().substring(FETCH.length()))));
        Gauge.builder("millrace.build.info", () -> 1).tag("version", version)
                .tag("java", Runtime.version().toString()).description("Version of Millrace and of Java, always 1")
                .register(registry);
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            FunctionCounter.builder("process.cpu", system, s -> s.getProcessCpuTime() / NANOS_PER_SECOND)
                    .baseUnit("seconds").description("CPU time used by the process").register(registry);
        }
        new ClassLoaderMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        gc.bindTo(registry);
    }

    public PrometheusMeterRegistry registry() {
        return registry;
    }

    @Override
    public void close() {
        gc.close();
        registry.close();
    }
}
