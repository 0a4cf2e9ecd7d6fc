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
 * The process's one registry, with the meters of the JVM and of the process in it: {@code jvm_*}, {@code process_*},
 * {@code system_cpu_*}. Closing it ends the collection of garbage collector events.
 */
public final class ProcessMeters implements AutoCloseable {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private static final double NANOS_PER_SECOND = 1e9;

    private final JvmGcMetrics gc = new JvmGcMetrics();

    /**
     * What Kafka's clients measure for each partition: of all that only the lag is kept, since the rest grows with
     * partitions times clients and tells nothing that the client's own sums do not.
     */
    private static final String FETCH = "kafka.consumer.fetch.manager.";
    private static final Set<String> FETCH_BY_PARTITION = Set.of("records.lag.avg", "records.lag.max", "records.lead",
            "records.lead.avg", "records.lead.min", "preferred.read.replica");

    /**
     * @param version of Millrace
     * @param kafka whether what Kafka's clients measure is registered, some hundred meters of each
     */
    public ProcessMeters(String version, boolean kafka) {
        if (!kafka) {
            registry.config().meterFilter(MeterFilter.denyNameStartsWith("kafka."));
        }
        // Named against Prometheus's rules: the first is in ns, the second is a gauge that ends like a part of a histogram.
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"));
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("system.cpu.count"));
        // Of a consumer and a producer with one id it is the same, and says nothing that the JVM's own does not.
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("kafka.app.info."));
        registry.config().meterFilter(MeterFilter.deny(id -> id.getTag("partition") != null
                && id.getName().startsWith(FETCH)
                && FETCH_BY_PARTITION.contains(id.getName().substring(FETCH.length()))));
        Gauge.builder("millrace.build.info", () -> 1).tag("version", version)
                .tag("java", Runtime.version().toString()).description("Version of Millrace and of Java; always 1")
                .register(registry);
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            FunctionCounter.builder("process.cpu", system, s -> s.getProcessCpuTime() / NANOS_PER_SECOND)
                    .baseUnit("seconds").description("CPU time that the process has used").register(registry);
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
