package io.millrace.launcher.e2e;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Topics;
import io.millrace.segmenter.SegmenterService;
import io.millrace.segmenter.SegmenterSettings;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A process with one segmenter, which a test kills. Arguments: brokers, prefix and directory. */
final class SegmenterProcess {
    private SegmenterProcess() {}

    public static void main(String[] args) throws InterruptedException {
        var kafka = new KafkaClients(new KafkaSettings(args[0], args[1], 2, 1, 86_400_000, -1, Map.of()));
        SegmenterService.start(SegmenterSettings.below(Path.of(args[2]), 0, new Topics.Replicas(1)), kafka,
                new SimpleMeterRegistry(), (_, _) -> Runtime.getRuntime().halt(1));
        new CountDownLatch(1).await();
    }
}
