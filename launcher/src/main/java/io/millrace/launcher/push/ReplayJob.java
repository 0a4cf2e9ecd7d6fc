package io.millrace.launcher.push;

import io.millrace.edge.live.FlvEvent;
import io.millrace.launcher.Job;
import io.millrace.platform.UserError;
import io.millrace.platform.rtmp.ServerTrust;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/**
 * Publishes a stream's past in real time, and connects again where the server goes away: what {@code millrace replay}
 * does. It goes on where it was, with the keyframe of the group of pictures that was interrupted.
 *
 * <p>{@link #run} blocks its thread; {@link #cancel} may come from any thread, also in advance.
 */
public final class ReplayJob implements Job {
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final URI url;
    private final ReplaySource source;
    private final Runnable onCancel;
    private final PushProgress progress;
    private final MediaSink.Connector connector;
    private final PaceClock clock;
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private Duration pause = SHORTEST_PAUSE;
    private long sentBytes;

    /**
     * @param past the next tag; empty at the end
     * @param onCancel makes {@code past} return soon
     * @param url {@code rtmp[s]://host[:port]/app/name[?query]}
     * @param trust whose certificates of RTMPS are accepted
     */
    public ReplayJob(Supplier<Optional<FlvEvent>> past, Runnable onCancel, URI url, ServerTrust trust,
            PushProgress progress) {
        this(past, onCancel, url, progress, MediaSink.rtmp(trust), PaceClock.SYSTEM);
    }

    /** The same to another sink, by another clock. */
    ReplayJob(Supplier<Optional<FlvEvent>> past, Runnable onCancel, URI url, PushProgress progress,
            MediaSink.Connector connector, PaceClock clock) {
        this.url = url;
        this.source = new ReplaySource(past);
        this.onCancel = onCancel;
        this.progress = progress;
        this.connector = connector;
        this.clock = clock;
    }

    /**
     * Publishes until the past ends or it is cancelled.
     *
     * @throws UserError the server cannot be reached or refuses at the first try, or the log is at fault
     * @throws InterruptedException the thread was interrupted; the session is closed
     */
    @Override
    public void run() throws InterruptedException {
        boolean accepted = false;
        do {
            try (MediaSink sink = connector.connect(url)) {
                accepted = true;
                publish(sink);
                return;
            } catch (IOException e) {
                if (!accepted) {
                    throw new UserError("cannot publish to %s: %s; start a server with ./millrace up, or check the URL"
                            .formatted(PublishAddress.shown(url), e.getMessage()), e);
                }
                lost(e);
            }
        } while (cancelled.getCount() > 0);
    }

    private void publish(MediaSink sink) throws IOException, InterruptedException {
        long bytesBefore = sentBytes;
        source.beginSession();
        new PacedPublisher(source, sink, clock, cancelled, (bytes, mediaMs) -> {
            pause = SHORTEST_PAUSE;
            sentBytes = bytesBefore + bytes;
            progress.sent(sentBytes, source.sessionStartMs() + mediaMs);
        }).run();
    }

    private void lost(IOException why) throws InterruptedException {
        if (cancelled.getCount() == 0) {
            return;
        }
        progress.trouble(
                "lost %s: %s; trying again in %d s".formatted(PublishAddress.shown(url), why.getMessage(),
                        pause.toSeconds()));
        clock.waitUntil(clock.nowNanos() + pause.toNanos(), cancelled);
        Duration twice = pause.multipliedBy(2);
        pause = twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
    }

    @Override
    public void cancel() {
        cancelled.countDown();
        onCancel.run();
    }
}
