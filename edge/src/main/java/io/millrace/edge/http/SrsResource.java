package io.millrace.edge.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.edge.audience.Viewer;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.exchange.Json;
import io.millrace.edge.meters.Protocol;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoute;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.StreamEntry;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * {@code /srs/api/v1/streams} and {@code /srs/api/v1/clients} on the admin port: the streams, and their publishers and
 * viewers at this edge, in the JSON of SRS 5, for tools that read it. Below {@code /srs}, because
 * {@code /api/v1/streams} is Millrace's own. Values that Millrace does not measure are 0 or empty. Thread-safe.
 */
public final class SrsResource implements AdminResource {
    /** As in SRS. */
    static final int DEFAULT_COUNT = 10;
    static final int MAX_COUNT = 1000;
    /** Entries after this one cannot be requested. */
    static final int MAX_START = 100_000;
    private static final String VHOST = "__defaultVhost__";
    private static final String PUBLISHES = "fmle-publish";

    private final StreamDirectory directory;
    private final Viewers viewers;
    private final InstantSource clock;

    public SrsResource(StreamDirectory directory, Viewers viewers, InstantSource clock) {
        this.directory = directory;
        this.viewers = viewers;
        this.clock = clock;
    }

    private record Streams(int code, String server, String service, String pid, List<OneStream> streams) {}

    private record Clients(int code, String server, String service, String pid, List<OneClient> clients) {}

    /** @param liveMs the current time, as SRS has it */
    private record OneStream(String id, String name, String vhost, String app, String tcUrl, String url,
            @JsonProperty("live_ms") long liveMs, int clients, long frames,
            @JsonProperty("send_bytes") long sendBytes, @JsonProperty("recv_bytes") long recvBytes, Kbps kbps,
            Publish publish, Video video, Audio audio) {}

    private record Kbps(@JsonProperty("recv_30s") long recv, @JsonProperty("send_30s") long send) {}

    /** @param cid of the publisher among the clients */
    private record Publish(boolean active, String cid) {}

    private record Video(String codec, String profile, String level, int width, int height) {}

    private record Audio(String codec, @JsonProperty("sample_rate") int sampleRate, int channel, String profile) {}

    /** @param alive seconds */
    private record OneClient(String id, String vhost, String stream, String ip, String pageUrl, String swfUrl,
            String tcUrl, String url, String name, String type, boolean publish, double alive,
            @JsonProperty("send_bytes") long sendBytes, @JsonProperty("recv_bytes") long recvBytes, Kbps kbps) {}

    @Override
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.get("/srs/api/v1/streams", request -> page(request, this::streams)),
                AdminRoute.get("/srs/api/v1/clients", request -> page(request, this::clients)));
    }

    /** Answers for a page. */
    private interface Paged {
        Object page(int start, int count);
    }

    private static Answer page(Request request, Paged paged) {
        try {
            return new Answer(200, new String(Json.write(paged.page(number(request.query(), "start", 0, MAX_START),
                    number(request.query(), "count", DEFAULT_COUNT, MAX_COUNT))), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return Answer.error(400, "bad_parameter", e.getMessage());
        }
    }

    private static int number(Map<String, String> query, String name, int otherwise, int limit) {
        String text = query.get(name);
        if (text == null) {
            return otherwise;
        }
        if (text.matches("[0-9]{1,6}") && Integer.parseInt(text) <= limit) {
            return Integer.parseInt(text);
        }
        throw new IllegalArgumentException(name + " must be a number from 0 to " + limit);
    }

    private Streams streams(int start, int count) {
        List<OneStream> page = OnAir.list(directory, viewers, start + count, MAX_START).stream().skip(start)
                .map(this::stream).toList();
        return new Streams(0, viewers.process(), viewers.process(), pid(), page);
    }

    private OneStream stream(OnAir of) {
        StreamEntry entry = of.entry();
        VideoConfig video = of.tracks().video();
        AudioConfig audio = of.tracks().audio();
        return new OneStream(entry.stream(), of.name(), VHOST, of.application(), tcUrl(of.application()),
                "/" + entry.stream(), clock.millis(), of.clientCount(), 0, of.sentBytes(), of.receivedBytes(),
                new Kbps(entry.playlist().bitrate() / 1000, 0), new Publish(of.hasPublisher(), publisher(entry)),
                video == null
                        ? null
                        : new Video(OnAir.codec(video), OnAir.profile(video), OnAir.level(video), video.width(),
                                video.height()),
                audio == null
                        ? null
                        : new Audio(OnAir.codec(audio), audio.sampleRate(), audio.channels(), OnAir.profile(audio)));
    }

    /** Lists the publishers by stream, then the viewers in the order in which they joined. */
    private Clients clients(int start, int count) {
        List<StreamEntry> published = directory.list(null, start + count,
                entry -> entry.state() == StreamEntry.State.LIVE);
        int left = start + count - published.size();
        Stream<OneClient> watching = left == 0
                ? Stream.empty()
                : viewers.list(_ -> true, null, left).stream().map(this::client);
        return new Clients(0, viewers.process(), viewers.process(), pid(),
                Stream.concat(published.stream().map(this::client), watching).skip(start).toList());
    }

    private OneClient client(StreamEntry entry) {
        return client(publisher(entry), entry.stream(), entry.session().encoder().address(), PUBLISHES,
                entry.session().startedAtMs(), 0,
                entry.sessions().isEmpty() ? 0 : entry.sessions().getLast().sizeBytes());
    }

    private OneClient client(Viewer viewer) {
        return client(viewers.id(viewer), viewer.stream(), viewer.address(), type(viewer.protocol()), viewer.sinceMs(),
                viewer.sentBytes(), 0);
    }

    private OneClient client(String id, String stream, String address, String type, long sinceMs, long sentBytes,
            long receivedBytes) {
        int name = stream.lastIndexOf('/') + 1;
        return new OneClient(id, VHOST, stream, host(address), "", "", tcUrl(stream.substring(0, name - 1)),
                "/" + stream, stream.substring(name), type, type.equals(PUBLISHES),
                (clock.millis() - sinceMs) / 1000.0, sentBytes, receivedBytes, new Kbps(0, 0));
    }

    /** Returns the id of a stream's publisher, which no viewer has. */
    private static String publisher(StreamEntry entry) {
        return entry.stream() + "@" + entry.session().number();
    }

    private static String tcUrl(String application) {
        return "rtmp://" + VHOST + "/" + application;
    }

    private static String type(Protocol protocol) {
        return switch (protocol) {
            case WS -> "flv-play";
            case HLS, DASH, FLV, RTMP -> protocol.name().toLowerCase(Locale.ROOT) + "-play";
        };
    }

    /** @param address {@code host:port}, with brackets around an IPv6 address, or only the host */
    private static String host(String address) {
        int port = address.lastIndexOf(':');
        boolean isBare = port < 0 || address.indexOf(':') != port && !address.contains("]:");
        return (isBare ? address : address.substring(0, port)).replaceAll("[\\[\\]]", "");
    }

    private static String pid() {
        return Long.toString(ProcessHandle.current().pid());
    }
}
