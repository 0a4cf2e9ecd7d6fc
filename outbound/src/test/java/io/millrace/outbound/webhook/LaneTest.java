package io.millrace.outbound.webhook;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.DeadLetter;
import io.millrace.platform.log.StreamEvent;
import io.millrace.testkit.Patience;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

@SlowTest
@ExtendWith(SharedBroker.class)
class LaneTest {
    /** Hours pass by the lane's clock. */
    @Test
    void givesUpAfterHoursAndGoesOn(TestBroker broker) throws Exception {
        KafkaClients kafka = broker.clients("lane.");
        Instant begin = Instant.now();
        AtomicReference<Instant> now = new AtomicReference<>(begin);
        try (Receiver receiver = new Receiver(); DeadLetters letters = new DeadLetters(kafka, "lane")) {
            receiver.answers((exchange, request, _) -> Receiver.status(exchange,
                    request.body().contains("published") ? 500 : 200));
            WebhookTarget target = new WebhookTarget("a", receiver.url(), Optional.empty(), Set.of(), List.of());
            var client = new WebhookClient(target, Duration.ofSeconds(5), now::get);
            Lane lane = new Lane(new Lane.Shared(target, client, letters,
                    new WebhookMeters(new SimpleMeterRegistry()).of("a"), 16, now::get, (_, _) -> {}),
                    kafka.partition(Topic.EVENTS, 0));
            lane.start();
            lane.accept(new Lane.Batch(List.of(delivery(StreamEvent.Type.PUBLISHED, 0, begin),
                    delivery(StreamEvent.Type.ENDED, 1, begin.plusSeconds(1))), 2));
            Patience.await().untilAsserted(() -> assertThat(receiver.ids()).hasSizeGreaterThan(1));
            assertThat(lane.nextOffset()).isEqualTo(-1);
            now.set(begin.plus(DeliveryRules.HOLD));
            Patience.await().untilAsserted(() -> assertThat(lane.nextOffset()).isEqualTo(2));
            assertThat(receiver.ids().getLast()).isEqualTo("live/show#1.0");
            DeadLetter letter = new DeadLetterReader(kafka, "lane-reader").newest("a").getFirst().letter();
            assertThat(letter.place()).isEqualTo(new DeadLetter.Place(0, 0));
            assertThat(letter.status()).isEqualTo(500);
            lane.stop();
            lane.join(Duration.ofSeconds(5));
            client.close();
        }
    }

    private static Lane.Step delivery(StreamEvent.Type type, long offset, Instant at) {
        var event = new StreamEvent("live/show", type, new StreamEvent.Cause(offset, 0), 0, 0, 0, "", "");
        return new Lane.Step(new Delivery(event, 0, offset, at.toEpochMilli()), offset, false);
    }
}
