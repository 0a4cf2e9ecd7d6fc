package io.millrace.outbound.webhook;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** A process with one webhook, which the test kills. Arguments: brokers, prefix, URL and file of the secret. */
final class WebhookProcess {
    private WebhookProcess() {}

    public static void main(String[] args) throws InterruptedException {
        var kafka = new KafkaClients(new KafkaSettings(args[0], args[1], 2, 1, 86_400_000, -1, Map.of()));
        var target = new WebhookTarget("killed", WebhookUrl.parse(args[2]),
                Optional.of(WebhookSecret.read(Path.of(args[3]))), Set.of(), List.of());
        WebhookService.start(new WebhookSettings("process", List.of(target)), kafka, new SimpleMeterRegistry(),
                (_, _) -> Runtime.getRuntime().halt(1));
        new CountDownLatch(1).await();
    }
}
