package io.millrace.tools.push;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongFunction;

/**
 * Sends each message when it is due ({@link SendPace}): at its decoding time, like a live encoder, unless the caller sets
 * another pace.
 *
 * <p>Confined to the thread that calls {@link #run}, except for the latch.
 */
public final class PacedPublisher {
    private final MessageSource source;
    private final MediaSink sink;
    private final PaceClock clock;
    private final CountDownLatch cancelled;
    private final PushProgress progress;
    private final LongFunction<SendPace> pace;

    PacedPublisher(MessageSource source, MediaSink sink, PaceClock clock, CountDownLatch cancelled,
            PushProgress progress) {
        this(source, sink, clock, cancelled, progress, SendPace::realTime);
    }

    /** @param pace returns the pace of a session, given its start */
    public PacedPublisher(MessageSource source, MediaSink sink, PaceClock clock, CountDownLatch cancelled,
            PushProgress progress, LongFunction<SendPace> pace) {
        this.source = source;
        this.sink = sink;
        this.clock = clock;
        this.cancelled = cancelled;
        this.progress = progress;
        this.pace = pace;
    }

    /** Returns at the end of the media, or soon after the latch has opened. */
    public void run() throws IOException, InterruptedException {
        SendPace session = pace.apply(clock.nowNanos());
        long bytes = 0;
        Optional<MediaMessage> next = source.next();
        while (next.isPresent()) {
            MediaMessage message = next.get();
            clock.waitUntil(session.dueNanos(clock.nowNanos(), message.timestampMs()), cancelled);
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
