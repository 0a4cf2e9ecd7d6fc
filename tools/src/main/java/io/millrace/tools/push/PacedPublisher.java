package io.millrace.tools.push;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Sends each message at its decoding time, like a live encoder. After a network stall, sends without pauses until it
 * has caught up.
 *
 * <p>Confined to the thread that calls {@link #run}, except for the latch.
 */
final class PacedPublisher {
    private final MessageSource source;
    private final MediaSink sink;
    private final PaceClock clock;
    private final CountDownLatch cancelled;
    private final PushProgress progress;

    PacedPublisher(MessageSource source, MediaSink sink, PaceClock clock, CountDownLatch cancelled,
            PushProgress progress) {
        this.source = source;
        this.sink = sink;
        this.clock = clock;
        this.cancelled = cancelled;
        this.progress = progress;
    }

    /** Returns at the end of the media, or soon after the latch has opened. */
    void run() throws IOException, InterruptedException {
        long startNanos = clock.nowNanos();
        long bytes = 0;
        Optional<MediaMessage> next = source.next();
        while (next.isPresent()) {
            MediaMessage message = next.get();
            clock.waitUntil(startNanos + TimeUnit.MILLISECONDS.toNanos(message.timestampMs()), cancelled);
            if (cancelled.getCount() == 0) {
                return;
            }
            bytes += message.body().remaining();
            sink.send(message.kind(), message.timestampMs(), message.body());
            progress.sent(bytes, message.timestampMs());
            next = source.next();
        }
    }
}
