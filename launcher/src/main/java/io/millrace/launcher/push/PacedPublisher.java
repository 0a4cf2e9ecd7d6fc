package io.millrace.launcher.push;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Sends each message when its decoding time has come, like an encoder that records live. After a stall of the network
 * it sends without pauses until it is in time again.
 *
 * <p>Confined to the thread that calls {@link #run}, but for the latch.
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

    /** Returns at the end of the media, or soon after the latch is open. */
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
