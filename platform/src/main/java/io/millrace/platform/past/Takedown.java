package io.millrace.platform.past;

import io.millrace.platform.UserError;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.kafka.Unreachable;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Withdrawal;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Withdraws past media of streams, and makes it available again. Blocks; confined to the thread of its reader. */
public final class Takedown {
    /** Limit of the withdrawals of one stream, which every edge keeps in memory. */
    public static final int LIMIT = 1_000;
    private static final String CLIENT = "millrace-takedown";
    private static final long PRODUCER_BYTES = 1 << 20;
    private static final long ANSWER_SECONDS = 20;

    private final KafkaClients kafka;
    private final ExtentSearch search;
    private final StreamDirectory directory;

    /** @param reader as for {@link Moments} */
    public Takedown(KafkaClients kafka, RangeReader reader, StreamDirectory directory) {
        this.kafka = kafka;
        this.directory = directory;
        search = new ExtentSearch(kafka, reader);
    }

    /**
     * The media to withdraw.
     *
     * @param epoch number of the epoch to withdraw from; empty for all epochs
     * @param fromMs PROGRAM-DATE-TIME, ms since 1970
     * @param toMs exclusive; media that is not in the log yet is never withdrawn
     */
    public record Span(OptionalLong epoch, long fromMs, long toMs) {
        boolean has(StreamEntry entry) {
            return epoch.isEmpty() || epoch.getAsLong() == entry.epoch();
        }
    }

    /**
     * Withdraws media. Blocks until the brokers have acknowledged it; edges obey a moment later.
     *
     * @return the withdrawn ranges, one record per epoch; empty if the stream has no retained media in the span
     * @throws UserError if Kafka does not respond, or too much is withdrawn already
     */
    public List<Withdrawal> withdraw(String stream, Span span, String reason) {
        long nowMs = System.currentTimeMillis();
        List<Withdrawal> found = new ArrayList<>();
        try {
            directory.history(stream).stream().filter(span::has)
                    .forEach(entry -> search.find(entry, span.fromMs(), span.toMs())
                            .ifPresent(extent -> found
                                    .add(new Withdrawal(stream, entry.epoch(), extent, nowMs, reason))));
        } catch (KafkaException e) {
            throw Unreachable.error(kafka.settings(), e);
        }
        if (directory.withdrawals(stream).all().size() + found.size() > LIMIT) {
            throw new UserError(stream + " has " + LIMIT + " withdrawals, which is the limit; withdraw longer ranges,"
                    + " after --undo");
        }
        write(found, LogCodec::encode);
        return found;
    }

    /**
     * Makes withdrawn media available again, as far as it is retained. Blocks until the brokers have acknowledged it.
     *
     * @param epoch the only epoch that is meant; empty for all
     * @return the withdrawals that have ended
     * @throws UserError if Kafka does not respond
     */
    public List<Withdrawal> restore(String stream, OptionalLong epoch) {
        List<Withdrawal> ended = directory.withdrawals(stream).all().stream()
                .filter(each -> epoch.isEmpty() || epoch.getAsLong() == each.epoch()).toList();
        write(ended, _ -> null);
        return ended;
    }

    private void write(List<Withdrawal> records, Function<Withdrawal, byte[]> value) {
        try (KafkaProducer<String, byte[]> producer = kafka.producer(CLIENT, PRODUCER_BYTES)) {
            List<Future<?>> sent = new ArrayList<>();
            for (Withdrawal each : records) {
                sent.add(producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.STREAMS),
                        kafka.partitionOf(each.stream()), each.key().toString(), value.apply(each))));
            }
            for (Future<?> each : sent) {
                each.get(ANSWER_SECONDS, TimeUnit.SECONDS);
            }
        } catch (ExecutionException e) {
            throw Unreachable.error(kafka.settings(), e.getCause());
        } catch (TimeoutException e) {
            throw Unreachable.error(kafka.settings(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted while writing withdrawals", e);
        }
    }
}
