package io.millrace.outbound.webhook;

import io.millrace.platform.log.Redelivery;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.common.KafkaException;

/**
 * Requests in {@code dead-letters} to send dead letters again. The owner of the partition in the webhook's group reads the
 * request, whichever process that is. Thread-safe.
 */
final class Redeliveries {
    private final DeadLetterReader reader;
    private final DeadLetters writer;
    private final InstantSource clock;

    Redeliveries(DeadLetterReader reader, DeadLetters writer, InstantSource clock) {
        this.reader = reader;
        this.writer = writer;
        this.clock = clock;
    }

    /** See {@link DeadLetterReader#newest}. */
    List<LetterFold.Folded> newest(String webhook) {
        return reader.newest(webhook);
    }

    /**
     * Requests one event again, also if that was requested before. Blocks until Kafka has acknowledged the request.
     *
     * @return number of requests: 0 if the webhook has no such dead letter
     * @throws KafkaException if it is not acknowledged in time, or the letters cannot be read
     */
    int one(String webhook, String eventId) throws InterruptedException {
        return request(webhook, letter -> letter.delivery().filter(it -> it.event().id().equals(eventId)).isPresent());
    }

    /** Like {@link #one}, for all events that are not requested or accepted already, in the order of their letters. */
    int all(String webhook) throws InterruptedException {
        return request(webhook, LetterFold.Folded::isOpen);
    }

    private int request(String webhook, Predicate<LetterFold.Folded> which) throws InterruptedException {
        List<Delivery> requested = reader.all(webhook).stream().filter(which)
                .flatMap(letter -> letter.delivery().stream()).toList();
        for (Delivery delivery : requested) {
            writer.write(webhook, delivery, Redelivery.State.REQUESTED, clock.millis());
        }
        return requested.size();
    }
}
