package io.millrace.launcher;

import io.millrace.platform.UserError;
import io.millrace.tools.Job;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

/**
 * The viewer of a training run: watches the demo stream for a few seconds over HTTP-FLV, then sends the requests of
 * an HLS player, the web page and an operator.
 */
final class TrainingViewer implements Job {
    /** How long the HTTP-FLV stream is watched. */
    private static final long WATCH_NANOS = Duration.ofSeconds(8).toNanos();
    /** How long a request may fail because the demo stream has not begun. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration RETRY = Duration.ofMillis(100);
    private static final int BUFFER_BYTES = 1 << 16;

    private final String http;
    private final String admin;
    private final String stream = "/" + DemoName.STREAM.value();
    private final PrintWriter out;
    private volatile boolean cancelled;

    /** @param out receives a line for each response */
    TrainingViewer(ReadyLine ready, PrintWriter out) {
        http = ready.localUrl(ReadyLine.Part.HTTP);
        admin = ready.localUrl(ReadyLine.Part.ADMIN);
        this.out = out;
    }

    @Override
    public void run() throws InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            watchFlv(client);
            watchHls(client, http + stream + ".m3u8");
            for (String url : List.of(http + "/", http + "/api/v1/streams", admin + "/metrics",
                    admin + "/health/ready")) {
                get(client, url, BodyHandlers.ofString());
            }
        } catch (IOException e) {
            throw new UserError("the training run failed: " + e, e);
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    private void watchFlv(HttpClient client) throws IOException, InterruptedException {
        try (InputStream tags = get(client, http + stream + ".flv", BodyHandlers.ofInputStream())) {
            long beganNanos = System.nanoTime();
            byte[] buffer = new byte[BUFFER_BYTES];
            while (!cancelled && System.nanoTime() - beganNanos < WATCH_NANOS && tags.read(buffer) >= 0) {
                // The tags are ignored.
            }
        }
    }

    /** Follows the first entry of each playlist, and requests the first segment of the media playlist. */
    private void watchHls(HttpClient client, String playlist) throws IOException, InterruptedException {
        String text = get(client, playlist, BodyHandlers.ofString());
        URI next = URI.create(playlist).resolve(text.lines().filter(line -> !line.startsWith("#")).findFirst()
                .orElseThrow(() -> new UserError("the training run failed: " + playlist + " lists nothing")));
        if (next.getPath().endsWith(".m3u8")) {
            watchHls(client, next.toString());
        } else {
            get(client, next.toString(), BodyHandlers.ofByteArray());
        }
    }

    /** Repeats a request until it succeeds, because the demo stream begins after the process is ready. */
    private <T> T get(HttpClient client, String url, BodyHandler<T> body) throws IOException, InterruptedException {
        long beganNanos = System.nanoTime();
        while (!cancelled) {
            HttpResponse<T> response = client.send(HttpRequest.newBuilder(URI.create(url)).build(), body);
            if (response.statusCode() == 200) {
                out.println(url + " " + response.statusCode());
                return response.body();
            }
            if (System.nanoTime() - beganNanos > PATIENCE.toNanos()) {
                throw new UserError("the training run failed: " + url + " returned " + response.statusCode());
            }
            Thread.sleep(RETRY);
        }
        throw new UserError("the training run was cancelled");
    }
}
