package io.millrace.launcher.cluster;

import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Watches one stream at one edge by HTTP-FLV, and comes back there when it is thrown out.
 *
 * <p>{@link #run} belongs to one thread, the rest is for any.
 */
final class FlvViewer implements Viewer {
    private static final Duration RETRY = Duration.ofMillis(200);
    private static final int READ_BYTES = 16 * 1024;

    private final HttpClient http;
    private final Cluster cluster;
    private final String stream;
    private final int edge;
    private final Arrivals arrivals = new Arrivals();
    private final List<List<String>> connections = new CopyOnWriteArrayList<>();
    private final List<String> disorder = new CopyOnWriteArrayList<>();
    private volatile boolean ending;
    private volatile InputStream open;

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

    /** Names of the frames that it got, a list for every time that it was let in. */
    List<List<String>> connections() {
        return connections;
    }

    /** Frames whose time does not follow the one before. */
    List<String> disorder() {
        return disorder;
    }

    @Override
    public void end() throws IOException {
        ending = true;
        InputStream body = open;
        if (body != null) {
            body.close();
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

    /** Before the stream is known there is nothing to be thrown out of. */
    private void failed(String why) {
        if (!ending && !connections.isEmpty()) {
            arrivals.failed(why);
        }
    }

    private void watch() throws IOException, InterruptedException {
        HttpResponse<InputStream> response = http.send(
                HttpRequest.newBuilder(cluster.http(edge, "/" + stream + ".flv")).build(),
                HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            if (response.statusCode() != 200) {
                Thread.sleep(RETRY);
                throw new IOException("status " + response.statusCode());
            }
            open = body;
            List<String> frames = Collections.synchronizedList(new ArrayList<>());
            connections.add(frames);
            read(body, frames);
        }
    }

    private void read(InputStream body, List<String> frames) throws IOException {
        FlvReader reader = new FlvReader(1 << 20);
        byte[] bytes = new byte[READ_BYTES];
        long lastVideoMs = -1;
        for (int count = body.read(bytes); count >= 0; count = body.read(bytes)) {
            ByteBuffer in = ByteBuffer.wrap(bytes, 0, count);
            for (Optional<FlvTag> tag = reader.read(in); tag.isPresent(); tag = reader.read(in)) {
                long timestampMs = tag.get().timestampMs();
                for (String name : NumberedFrame.names(tag.get().body()).toList()) {
                    if (NumberedFrame.isVideo(name) && timestampMs <= lastVideoMs) {
                        disorder.add(name + " at " + timestampMs + " ms after " + lastVideoMs + " ms");
                    }
                    lastVideoMs = NumberedFrame.isVideo(name) ? timestampMs : lastVideoMs;
                    frames.add(name);
                    arrivals.arrived(NumberedFrame.sentMs(name));
                }
            }
        }
    }
}
