package io.millrace.launcher.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * The files of the web page, streams as an edge would describe them, and media from a directory: shows what the page
 * does with streams of every codec and of several tracks, without an encoder that sends them.
 */
final class PageHost implements AutoCloseable {
    private static final Map<String, String> TYPES = Map.of("html", "text/html", "js", "text/javascript", "css",
            "text/css", "svg", "image/svg+xml", "m3u8", "application/vnd.apple.mpegurl");

    private final Path media;
    private final Map<String, String> streams = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    /** @param media {@code live/show.m3u8} of it is the multivariant playlist of live/show */
    PageHost(Path media) throws IOException {
        this.media = media;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    /**
     * Adds a live stream, or replaces it.
     *
     * @param outputs of the API, such as {@code hls cmaf video0 audio0}
     * @param tracks such as {@code video0 avc1.42c01f} or {@code audio0 mp4a.40.2 de Commentary}
     */
    void add(String name, String[] outputs, String... tracks) {
        String tracksJson = Arrays.stream(tracks).map(PageHost::track).collect(Collectors.joining(","));
        String outputsJson = Arrays.stream(outputs).map(output -> output(name, output))
                .collect(Collectors.joining(","));
        streams.put(name, """
                {"name":"%s","state":"live","epoch":17,"session":17,"startedAt":"2026-11-30T15:00:00.000Z",
                "endedAt":null,"graceEndsAt":null,"publisher":{"client":"a test"},"tracks":[%s],"outputs":[%s],
                "bitrate":3600000,"viewers":{"hls":1,"flv":0,"ws":0,"rtmp":0},"warnings":[]}"""
                .formatted(name, tracksJson, outputsJson));
    }

    String url(String path) {
        return "http://" + server.getAddress().getHostString() + ":" + server.getAddress().getPort() + path;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }

    private static String track(String track) {
        String[] words = track.split(" ", 4);
        String kind = words[0].substring(0, 5);
        String common = "{\"id\":%s,\"kind\":\"%s\",\"codec\":\"%s\",".formatted(words[0].substring(5), kind, words[1]);
        return kind.equals("video")
                ? common + "\"width\":640,\"height\":360,\"frameRate\":30}"
                : common + "\"sampleRate\":48000,\"channels\":2,\"language\":%s,\"name\":%s}".formatted(
                        words.length > 2 ? '"' + words[2] + '"' : null, words.length > 3 ? '"' + words[3] + '"' : null);
    }

    private static String output(String name, String output) {
        String[] words = output.split(" ", 3);
        String suffix = words[1].equals("ts") ? "@ts.m3u8" : words[1].equals("cmaf") ? ".m3u8" : ".flv";
        return "{\"protocol\":\"%s\",\"format\":\"%s\",\"url\":\"/%s\",\"tracks\":[\"%s\"]}".formatted(words[0],
                words[1], name + suffix, words[2].replace(" ", "\",\""));
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] body = body(path, String.valueOf(exchange.getRequestURI().getQuery()));
            String type = TYPES.getOrDefault(path.substring(path.lastIndexOf('.') + 1),
                    path.startsWith("/api/")
                            ? "application/json"
                            : path.equals("/") || path.equals("/embed") ? "text/html" : "application/octet-stream");
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(body == null ? 404 : 200, body == null ? -1 : body.length);
            if (body != null) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    /** Returns null if there is no such file or stream. */
    private byte[] body(String path, String query) throws IOException {
        String stream = "/api/v1/streams/";
        return switch (path) {
            case "/" -> resource("index.html");
            case "/embed" -> resource("embed.html");
            case "/api/v1/streams" -> json("{\"streams\":[%s],\"next\":null}".formatted(
                    query.contains("ended") ? "" : String.join(",", streams.values())));
            case "/api/v1/ingest" -> json("{\"ingest\":[]}");
            default -> path.startsWith("/assets/")
                    ? resource(path.substring(1))
                    : path.startsWith("/api/") && path.endsWith("/sessions")
                            ? json("{\"sessions\":[],\"next\":null}")
                            : path.startsWith(stream)
                                    ? json(streams.get(path.substring(stream.length())))
                                    : file(path.substring(1));
        };
    }

    private static byte[] json(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = PageHost.class.getResourceAsStream("/web/" + name)) {
            return in == null ? null : in.readAllBytes();
        }
    }

    private byte[] file(String path) throws IOException {
        Path file = media.resolve(path);
        return Files.isRegularFile(file) ? Files.readAllBytes(file) : null;
    }
}
