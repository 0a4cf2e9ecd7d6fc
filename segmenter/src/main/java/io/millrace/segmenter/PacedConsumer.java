package io.millrace.segmenter;

import io.millrace.platform.kafka.PollPace;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.errors.InterruptException;

/**
 * A consumer that polls at a {@link PollPace} and passes every other call on. Kafka Streams polls with a timeout when it
 * has processed all records, so such a poll may rest for a tick first; a poll without a timeout never rests.
 *
 * <p>Confined to the stream thread, except for {@link Consumer#wakeup}, which does not end a rest.
 */
final class PacedConsumer<K, V> {
    private final Consumer<K, V> consumer;
    private final LongSupplier nanoClock;
    private final Rest rest;
    private final PollPace pace;

    /** Waits for some nanoseconds, or less. */
    @FunctionalInterface
    interface Rest {
        void nanos(long nanos) throws InterruptedException;
    }

    private PacedConsumer(Consumer<K, V> consumer, LongSupplier nanoClock, Rest rest) {
        this.consumer = consumer;
        this.nanoClock = nanoClock;
        this.rest = rest;
        pace = new PollPace(nanoClock.getAsLong(), PollPace.INGEST_LAG, 0);
        // The leaders of the assigned partitions are not known here, so every poll of a tick gets the whole time.
        pace.leaders(Integer.MAX_VALUE);
    }

    /** Returns {@code consumer} with paced polls. */
    static <K, V> Consumer<K, V> of(Consumer<K, V> consumer) {
        return of(consumer, System::nanoTime, TimeUnit.NANOSECONDS::sleep);
    }

    /** @param nanoClock a monotonic clock */
    @SuppressWarnings("unchecked")
    static <K, V> Consumer<K, V> of(Consumer<K, V> consumer, LongSupplier nanoClock, Rest rest) {
        var paced = new PacedConsumer<>(consumer, nanoClock, rest);
        return (Consumer<K, V>) Proxy.newProxyInstance(Consumer.class.getClassLoader(), new Class<?>[]{Consumer.class},
                (_, method, arguments) -> {
                    if (method.getName().equals("poll")) {
                        return paced.poll((Duration) arguments[0]);
                    }
                    try {
                        return method.invoke(consumer, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private ConsumerRecords<K, V> poll(Duration timeout) {
        if (timeout.isZero()) {
            ConsumerRecords<K, V> records = consumer.poll(timeout);
            pace.polled(records, consumer, nanoClock.getAsLong());
            return records;
        }
        long startNanos = nanoClock.getAsLong();
        rest(startNanos + timeout.toNanos());
        long now = nanoClock.getAsLong();
        Duration left = Duration.ofNanos(Math.max(0, startNanos + timeout.toNanos() - now));
        Duration due = pace.timeout(now);
        ConsumerRecords<K, V> records = consumer.poll(due.compareTo(left) < 0 ? due : left);
        pace.polled(records, consumer, nanoClock.getAsLong());
        return records;
    }

    private void rest(long deadlineNanos) {
        try {
            for (long now = nanoClock.getAsLong(); now - deadlineNanos < 0; now = nanoClock.getAsLong()) {
                long restNanos = Math.min(pace.restNanos(now), deadlineNanos - now);
                if (restNanos <= 0) {
                    return;
                }
                rest.nanos(restNanos);
            }
        } catch (InterruptedException e) {
            // As a poll of Kafka's consumer does; sets the interrupt flag.
            throw new InterruptException(e);
        }
    }
}
