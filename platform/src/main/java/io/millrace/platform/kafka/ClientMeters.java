package io.millrace.platform.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/**
 * Registers the metrics of Kafka clients as {@code kafka_consumer_*} and {@code kafka_producer_*} until the client is
 * closed. Clients with the same id, such as short-lived readers, share their meters. Thread-safe.
 */
final class ClientMeters {
    /** How soon metrics appear for a partition or broker that is new to the client. */
    private static final Duration REFRESH = Duration.ofSeconds(10);

    private final MeterRegistry registry;

    ClientMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Removes the meters of one client when closed. Closing it again has no effect. */
    @FunctionalInterface
    interface Binding {
        void close();
    }

    Binding bind(Consumer<?, ?> consumer) {
        return bind(refresher -> new KafkaClientMetrics(consumer, List.of(), refresher, REFRESH));
    }

    Binding bind(Producer<?, ?> producer) {
        return bind(refresher -> new KafkaClientMetrics(producer, List.of(), refresher, REFRESH));
    }

    private Binding bind(Function<ScheduledExecutorService, KafkaClientMetrics> binder) {
        if (registry instanceof CompositeMeterRegistry all && all.getRegistries().isEmpty()) {
            return () -> {};
        }
        // The binder never cancels its task, so each binding has its own executor, which ends with it.
        ScheduledExecutorService refresher = Executors
                .newSingleThreadScheduledExecutor(Thread.ofVirtual().name("kafka-meters").factory());
        KafkaClientMetrics metrics = binder.apply(refresher);
        metrics.bindTo(registry);
        return () -> {
            refresher.shutdownNow();
            metrics.close();
        };
    }
}
