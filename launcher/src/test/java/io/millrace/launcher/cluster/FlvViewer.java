package io.millrace.launcher.cluster;

import io.millrace.media.flv.FlvTag;
import io.millrace.testkit.HttpFlvViewer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Watches one stream at one edge over HTTP-FLV, and reconnects there when it is disconnected.
 *
 * <p>{@link #run} is confined to one thread; the other methods are thread-safe.
 */
final class FlvViewer implements Viewer {
    private static final Duration RETRY = Duration.ofMillis(200);

    private final HttpClient http;
    private final Cluster cluster;
    private final String stream;
    private final int edge;
    private final Arrivals arrivals = new Arrivals();
    private final List<List<String>> connections = new CopyOnWriteArrayList<>();
    private final List<String> disorder = new CopyOnWriteArrayList<>();
    private volatile boolean ending;
    private volatile HttpFlvViewer open;

    FlvViewer(HttpClient http, Cluster cluster, String stream, int edge) {
        this.http = http;
        this.cluster = cluster;
        this.stream = stream;
        this.edge = edge;
    }

    @Override
    public String stream() {
        return stream;
    }

    @Override
    public int edge() {
        return edge;
    }

    @Override
    public Arrivals arrivals() {
        return arrivals;
    }

    @Override
    public long normalGapNanos() {
        return 0;
    }

    /** Returns the names of the received frames, one list per connection. */
    List<List<String>> connections() {
        return connections;
    }

    /** Returns the frames whose timestamp does not follow the previous one. */
    List<String> disorder() {
        return disorder;
    }

    @Override
    public void end() throws IOException {
        ending = true;
        HttpFlvViewer viewer = open;
        if (viewer != null) {
            viewer.close();
        }
    }

    @Override
    public void run() {
        while (!ending) {
            try {
                watch();
                failed("the response ended");
            } catch (IOException e) {
                failed(String.valueOf(e.getMessage()));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Before the stream is known, a refusal does not count as a disconnect. */
    private void failed(String why) {
        if (!ending && !connections.isEmpty()) {
            arrivals.failed(why);
        }
    }

    private void watch() throws IOException, InterruptedException {
        try (HttpFlvViewer viewer = connect()) {
            open = viewer;
            List<String> frames = Collections.synchronizedList(new ArrayList<>());
            connections.add(frames);
            read(viewer, frames);
        }
    }

    private HttpFlvViewer connect() throws IOException, InterruptedException {
        try {
            return new HttpFlvViewer(http,
                    HttpRequest.newBuilder(cluster.http(edge, "/" + stream + ".flv")).build());
        } catch (IOException e) {
            Thread.sleep(RETRY);
            throw e;
        }
    }

    private void read(HttpFlvViewer viewer, List<String> frames) throws IOException {
        long lastVideoMs = -1;
        for (FlvTag tag = viewer.next(); tag != null; tag = viewer.next()) {
            for (String name : NumberedFrame.names(tag.body()).toList()) {
                if (NumberedFrame.isVideo(name) && tag.timestampMs() <= lastVideoMs) {
                    disorder.add(name + " at " + tag.timestampMs() + " ms after " + lastVideoMs + " ms");
                }
                lastVideoMs = NumberedFrame.isVideo(name) ? tag.timestampMs() : lastVideoMs;
                frames.add(name);
                arrivals.arrived(NumberedFrame.sentMs(name));
            }
        }
    }
}
