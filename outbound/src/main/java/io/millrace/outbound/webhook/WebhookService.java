package io.millrace.outbound.webhook;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.platform.FatalError;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.HealthCheck;
import io.millrace.platform.kafka.KafkaClients;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** The webhooks of one process: for each, a member of the webhook's consumer group. Thread-safe. */
public final class WebhookService implements AutoCloseable {
    /** Limit of the streams whose repeated events all lanes of the process recognize, about 1 KB each at most. */
    private static final int STREAMS = 32_768;
    private static final int FEWEST_STREAMS = 16;
    private static final int MOST_STREAMS = 1_000;

    private final List<WebhookLoop> loops = new ArrayList<>();
    private final List<WebhookClient> clients = new ArrayList<>();
    private final DeadLetters letters;
    private final WebhooksResource resource;

    private WebhookService(WebhookSettings settings, KafkaClients kafka, MeterRegistry registry, Duration timeout,
            FatalError fatal) {
        WebhookMeters meters = new WebhookMeters(registry);
        letters = new DeadLetters(kafka, "webhooks-" + settings.node());
        int lanes = Math.max(1, settings.targets().size() * kafka.settings().partitions());
        int streams = Math.clamp(STREAMS / lanes, FEWEST_STREAMS, MOST_STREAMS);
        for (WebhookTarget target : settings.targets()) {
            WebhookClient client = new WebhookClient(target, timeout, InstantSource.system());
            clients.add(client);
            WebhookLoop loop = new WebhookLoop(kafka, settings.node(), new Lane.Shared(target, client, letters,
                    meters.of(target.name()), streams, InstantSource.system(), fatal));
            loops.add(loop);
            meters.gaugeLag(target.name(), loop::lag);
        }
        var reader = new DeadLetterReader(kafka, "webhooks-" + settings.node() + "-dead-letters");
        resource = new WebhooksResource(loops, new Redeliveries(reader, letters, InstantSource.system()));
    }

    /**
     * Starts the webhooks. Blocks for some round trips to Kafka; the topics must exist.
     *
     * @param fatal called once if a webhook fails permanently
     */
    public static WebhookService start(WebhookSettings settings, KafkaClients kafka, MeterRegistry registry,
            FatalError fatal) {
        return start(settings, kafka, registry, WebhookClient.TIMEOUT, fatal);
    }

    /** Like {@link #start(WebhookSettings, KafkaClients, MeterRegistry, FatalError)}, with another request timeout. */
    static WebhookService start(WebhookSettings settings, KafkaClients kafka, MeterRegistry registry, Duration timeout,
            FatalError fatal) {
        WebhookService service = new WebhookService(settings, kafka, registry, timeout, fatal);
        service.loops.forEach(WebhookLoop::start);
        return service;
    }

    /** Returns the checks. A target that does not respond is no reason not to be ready. */
    public List<HealthCheck> checks() {
        return List.of(new HealthCheck("webhooks", () -> {
            if (!loops.stream().allMatch(WebhookLoop::isRunning)) {
                return HealthCheck.Status.down("have ended");
            }
            if (!loops.stream().allMatch(WebhookLoop::isJoined)) {
                return HealthCheck.Status.down("waiting for partitions from the consumer groups");
            }
            long held = loops.stream()
                    .filter(loop -> loop.statuses().stream().anyMatch(lane -> lane.failingSinceMs() > 0)).count();
            return HealthCheck.Status.up(held + " of " + loops.size() + " hold events");
        }));
    }

    /** Returns the resources for the admin port. */
    public List<AdminResource> admin() {
        return List.of(resource);
    }

    /** Ends all webhooks, so that other processes take over at once. Blocks for some seconds; idempotent. */
    @Override
    public void close() {
        List<Thread> ending = loops.stream().map(loop -> Thread.ofVirtual().start(loop::close)).toList();
        try {
            for (Thread each : ending) {
                each.join();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        clients.forEach(WebhookClient::close);
        letters.close();
    }
}
