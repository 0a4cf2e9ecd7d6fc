package io.millrace.launcher.cluster;

import io.millrace.platform.rtmp.RtmpClient;
import io.millrace.platform.rtmp.RtmpException;
import io.millrace.testkit.PatientRtmp;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Publishes one stream in real time. When its ingest node fails, connects to the next one, as encoders do. Each publish
 * starts at time 0 with a keyframe. Records what it has sent.
 *
 * <p>{@link #run} is confined to one thread. The other methods are thread-safe, {@link #publishes} after the end of
 * {@link #run}.
 */
final class Encoder implements Runnable {
    private static final Duration RECONNECT = Duration.ofMillis(300);

    /**
     * One publish.
     *
     * @param sent names of its frames, in the order of sending
     * @param clean whether the encoder ended it, so that all of it must have been acknowledged
     */
    record Publish(List<String> sent, boolean clean) {}

    private final Cluster cluster;
    private final int number;
    private final String stream;
    private final List<Publish> publishes = new ArrayList<>();
    private volatile boolean ending;
    private volatile boolean ended;

    Encoder(Cluster cluster, int number, String stream) {
        this.cluster = cluster;
        this.number = number;
        this.stream = stream;
    }

    String stream() {
        return stream;
    }

    List<Publish> publishes() {
        return publishes;
    }

    /** Whether {@link #run} has ended. */
    boolean hasEnded() {
        return ended;
    }

    /** Ends the publish in good order. */
    void end() {
        ending = true;
    }

    @Override
    public void run() {
        int node = number % cluster.nodes(Cluster.Stage.INGEST);
        try {
            while (!ending) {
                publish(node);
                if (!ending) {
                    node = (node + 1) % cluster.nodes(Cluster.Stage.INGEST);
                    Thread.sleep(RECONNECT);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            ended = true;
        }
    }

    private void publish(int node) throws InterruptedException {
        List<String> sent = new ArrayList<>();
        boolean clean = false;
        try (RtmpClient client = PatientRtmp.publish(URI.create(cluster.rtmp(node) + "/" + stream))) {
            for (NumberedFrame config : NumberedFrame.configs()) {
                client.send(config.kind(), config.timestampMs(), config.body());
            }
            publish(client, sent);
            clean = true;
        } catch (RtmpException _) {
            // The node has failed or refuses the publish: tries the next one.
        } finally {
            if (!sent.isEmpty()) {
                publishes.add(new Publish(sent, clean));
            }
        }
    }

    private void publish(RtmpClient client, List<String> sent) throws RtmpException, InterruptedException {
        long startNanos = System.nanoTime();
        int video = 0;
        int audio = 0;
        while (!ending) {
            boolean isVideo = video * NumberedFrame.VIDEO_MS <= audio * NumberedFrame.AUDIO_MS;
            long dueMs = isVideo ? video * NumberedFrame.VIDEO_MS : audio * NumberedFrame.AUDIO_MS;
            // Real time.
            Thread.sleep(Duration.ofNanos(startNanos + dueMs * 1_000_000 - System.nanoTime()));
            long now = System.currentTimeMillis();
            NumberedFrame frame = isVideo
                    ? NumberedFrame.video(number, publishes.size(), video++, now)
                    : NumberedFrame.audio(number, publishes.size(), audio++, now);
            sent.add(frame.name());
            client.send(frame.kind(), frame.timestampMs(), frame.body());
        }
    }
}
