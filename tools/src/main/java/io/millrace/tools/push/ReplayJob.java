package io.millrace.tools.push;

import io.millrace.platform.UserError;
import io.millrace.platform.rtmp.ServerTrust;
import io.millrace.platform.timeline.TagEvent;
import io.millrace.tools.Job;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/**
 * Publishes a stream's past in real time, and reconnects if the server disconnects: {@code millrace replay}. After a
 * reconnect, it continues with the keyframe of the interrupted GOP.
 *
 * <p>{@link #run} blocks its thread; {@link #cancel} may be called from any thread, even before {@link #run}.
 */
public final class ReplayJob implements Job {
    private final URI url;
    private final ReplaySource source;
    private final Runnable onCancel;
    private final PushProgress progress;
    private final MediaSink.Connector connector;
    private final PaceClock clock;
    private final CountDownLatch cancelled = new CountDownLatch(1);
    /** Null while there is no session. */
    private volatile MediaSink session;
    private final Backoff backoff = new Backoff();
    private long sentBytes;

    /**
     * Creates the job.
     *
     * @param past returns the next tag; empty at the end
     * @param onCancel makes {@code past} return soon
     * @param url {@code rtmp[s]://host[:port]/app/name[?query]}
     * @param trust the RTMPS certificates to accept
     */
    public ReplayJob(Supplier<Optional<TagEvent>> past, Runnable onCancel, URI url, ServerTrust trust,
            PushProgress progress) {
        this(past, onCancel, url, progress, MediaSink.rtmp(trust), PaceClock.SYSTEM);
    }

    /** Creates a job with another sink and clock, for tests. */
    ReplayJob(Supplier<Optional<TagEvent>> past, Runnable onCancel, URI url, PushProgress progress,
            MediaSink.Connector connector, PaceClock clock) {
        this.url = url;
        this.source = new ReplaySource(past);
        this.onCancel = onCancel;
        this.progress = progress;
        this.connector = connector;
        this.clock = clock;
    }

    /**
     * Publishes until the past ends or the job is cancelled.
     *
     * @throws UserError if the server cannot be reached or rejects the first attempt, or if the log cannot be read
     * @throws InterruptedException if the thread was interrupted; the session is closed
     */
    @Override
    public void run() throws InterruptedException {
        boolean accepted = false;
        do {
            try (MediaSink sink = connector.connect(url)) {
                accepted = true;
                session = sink;
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
            backoff.reset();
            sentBytes = bytesBefore + bytes;
            progress.sent(sentBytes, source.sessionStartMs() + mediaMs);
        }).run();
    }

    private void lost(IOException why) throws InterruptedException {
        if (cancelled.getCount() == 0) {
            return;
        }
        Duration pause = backoff.next();
        progress.trouble(
                "lost connection to %s: %s; retrying in %d s".formatted(PublishAddress.shown(url), why.getMessage(),
                        pause.toSeconds()));
        clock.waitUntil(clock.nowNanos() + pause.toNanos(), cancelled);
    }

    @Override
    public void cancel() {
        cancelled.countDown();
        onCancel.run();
        MediaSink open = session;
        if (open != null) {
            open.close();
        }
    }
}
