package io.millrace.outbound.webhook;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;

/** The meters of the webhooks. Thread-safe. */
public final class WebhookMeters {
    private final MeterRegistry registry;

    public WebhookMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Registers the meters of one webhook. */
    public OfTarget of(String webhook) {
        return new OfTarget(
                counter("millrace.webhook.delivered", "Events that the target of the webhook has accepted", webhook),
                counter("millrace.webhook.failed", "Requests that the target did not accept and that are repeated",
                        webhook),
                counter("millrace.webhook.dead.letters", "Events that the webhook has given up", webhook));
    }

    private Counter counter(String name, String description, String webhook) {
        return Counter.builder(name).tag("webhook", webhook).description(description).register(registry);
    }

    /** Registers the gauge of the events that one webhook has still to deliver. */
    public void gaugeLag(String webhook, Supplier<Number> events) {
        Gauge.builder("millrace.webhook.lag", events).tag("webhook", webhook)
                .description("Events in the partitions of this process that the webhook has not delivered yet")
                .register(registry);
    }

    /** The meters of one webhook. */
    public record OfTarget(Counter delivered, Counter failed, Counter deadLetters) {}
}
