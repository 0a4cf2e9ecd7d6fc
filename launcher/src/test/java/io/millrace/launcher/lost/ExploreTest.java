package io.millrace.launcher.lost;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.kafka.Topics;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SlowTest
class ExploreTest {
    @TempDir
    Path dir;

    @Test
    void explore() throws Exception {
        try (TestBroker broker = TestBroker.running()) {
            for (String name : System.getProperty("only").split(",")) {
                Topic lost = Topic.valueOf(name);
                KafkaClients kafka = broker.clients("gone-" + lost + ".");
                var audience = new Audience("live/show");
                System.out.println("##### " + name);
                try (var stages = new AllStages(kafka, dir.resolve(name)); AutoCloseable _ = stages.encoder("live/show")) {
                    see(3, audience, stages);
                    TestBroker.delete(kafka, lost);
                    Thread.sleep(Integer.getInteger("gap", 12) * 1000L);
                    System.out.println("##### create " + name + " fatal " + stages.fatal);
                    Topics.ensure(kafka);
                    System.out.println("##### seen " + see(3, audience, stages) + " fatal " + stages.fatal);
                    System.out.println("##### packager " + stages.packager.partitions());
                    try (var c = new io.millrace.platform.past.RangeReader(kafka.seeker("x", java.util.Map.of()))) {
                        for (Topic t : Topic.values()) {
                            var tp = kafka.partition(t, kafka.partitionOf("live/show"));
                            System.out.println("##### " + tp + " end " + c.end(tp));
                            c.read(tp, 0, c.end(tp), r -> {
                                if (!(r.value() instanceof io.millrace.platform.log.Packet) && !(r.value() instanceof io.millrace.platform.log.Part)) {
                                    String x = String.valueOf(r.value());
                                    System.out.println("   " + r.offset() + " " + r.key() + " " + x.substring(0, Math.min(150, x.length())));
                                }
                                return true;
                            });
                        }
                    }
                    audience.assertNothingHasChanged(stages.httpPort());
                }
            }
        }
    }

    private static int see(int segments, Audience audience, AllStages stages) throws Exception {
        long began = System.nanoTime();
        int seen = 0;
        while (seen < segments && System.nanoTime() - began < 20_000_000_000L) {
            seen += audience.watch(stages.httpPort());
            Thread.sleep(200);
        }
 
        System.out.println("##### took " + (System.nanoTime() - began) / 1_000_000 + " ms");
        return seen;
    }
}
