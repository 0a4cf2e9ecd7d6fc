package io.millrace.launcher.cluster;

import io.millrace.platform.rtmp.RtmpClient;
import io.millrace.platform.rtmp.RtmpException;
import io.millrace.testkit.PatientRtmp;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * Publishes minutes of a stream as fast as the server accepts them, and then continues in real time until it is ended.
 * This produces old media within seconds.
 *
 * <p>{@link #run} is confined to one thread; the other methods are thread-safe.
 */
final class HurriedEncoder implements Runnable {
    private final URI url;
    private final int publish;
    private final long hurryMs;
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private volatile boolean ending;
    private volatile RtmpException failure;

    /**
     * @param publish number of the publish within its stream, which its frames contain
     * @param hurryMs how much media is sent faster than real time
     */
    HurriedEncoder(URI url, int publish, long hurryMs) {
        this.url = url;
        this.publish = publish;
        this.hurryMs = hurryMs;
    }

    /** Returns when the media that is sent faster than real time has been sent. */
    void awaitCaughtUp() throws InterruptedException {
        caughtUp.await();
        if (failure != null) {
            throw new AssertionError("publish " + publish + " failed", failure);
        }
    }

    /** Ends the publish in good order. */
    void end() {
        ending = true;
    }

    @Override
    public void run() {
        try (RtmpClient client = PatientRtmp.publish(url)) {
            for (NumberedFrame config : NumberedFrame.configs()) {
                client.send(config.kind(), config.timestampMs(), config.body());
            }
            publish(client);
        } catch (RtmpException e) {
            failure = e;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            caughtUp.countDown();
        }
    }

    private void publish(RtmpClient client) throws RtmpException, InterruptedException {
        int video = 0;
        int audio = 0;
        long calmSinceNanos = 0;
        while (!ending) {
            boolean isVideo = video * NumberedFrame.VIDEO_MS <= audio * NumberedFrame.AUDIO_MS;
            long dueMs = isVideo ? video * NumberedFrame.VIDEO_MS : audio * NumberedFrame.AUDIO_MS;
            if (dueMs >= hurryMs) {
                if (caughtUp.getCount() > 0) {
                    calmSinceNanos = System.nanoTime();
                    caughtUp.countDown();
                }
                Thread.sleep(Duration.ofNanos(calmSinceNanos + (dueMs - hurryMs) * 1_000_000 - System.nanoTime()));
            }
            long now = System.currentTimeMillis();
            NumberedFrame frame = isVideo
                    ? NumberedFrame.video(0, publish, video++, now)
                    : NumberedFrame.audio(0, publish, audio++, now);
            client.send(frame.kind(), frame.timestampMs(), frame.body());
        }
    }
}
