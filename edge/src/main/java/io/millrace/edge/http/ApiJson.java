package io.millrace.edge.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.millrace.edge.exchange.Json;
import io.millrace.edge.hls.HlsEndpoint;
import io.millrace.edge.view.Lineup;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.FrameRate;
import io.millrace.media.codec.VideoConfig;
import io.millrace.platform.directory.SessionSpan;
import io.millrace.platform.log.Encoder;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.Renditions;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.timeline.Tracks;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The JSON of the API as records: times in RFC 3339, bitrates in bits per second, sizes in bytes, durations in ms, null
 * for unknown. In a list, {@code next} is the value of the parameter {@code after} that requests the next page; null on
 * the last page. The encoder's address and node names are for the operator: only {@link #streamWithSource} includes
 * them.
 */
final class ApiJson {
    private static final int OPAQUE_BYTES = 2;

    private ApiJson() {}

    record Streams(List<Stream> streams, String next) {}

    /**
     * @param endedAt when the encoder left; null while it is connected
     * @param graceEndsAt until when the stream waits for its encoder to return; null unless it is waiting
     * @param outputs where the stream can be played over HTTP; empty until its tracks are known
     * @param viewers number of viewers at this edge, by protocol; null if unknown
     */
    record Stream(String name, String state, long epoch, long session, String startedAt, String endedAt,
            String graceEndsAt, Publisher publisher,
            List<Track> tracks, List<Output> outputs, Long bitrate, Map<String, Integer> viewers,
            List<Warning> warnings) {
        /** Returns the same with URLs below a prefix, such as {@code /t/TOKEN}. */
        Stream below(String prefix) {
            return new Stream(name, state, epoch, session, startedAt, endedAt, graceEndsAt, publisher, tracks,
                    outputs.stream().map(each -> new Output(each.protocol(), each.format(), prefix + each.url(),
                            each.tracks())).toList(),
                    bitrate, viewers, warnings);
        }
    }

    /**
     * One way to play the stream.
     *
     * @param protocol as in the viewer counts; {@code flv} is also available as WebSocket at the same URL
     * @param format {@code cmaf}, {@code ts} or {@code flv}
     * @param url path on the HTTP port
     * @param tracks the tracks that it contains, such as {@code video0}
     */
    record Output(String protocol, String format, String url, List<String> tracks) {}

    /** Node and address are omitted if null, as they are in public responses. */
    record Publisher(@JsonInclude(JsonInclude.Include.NON_NULL) String node,
            @JsonInclude(JsonInclude.Include.NON_NULL) String address, String client) {}

    /** Video and audio tracks have different fields; each omits those of the other. */
    sealed interface Track {}

    /** @param captions the channels of captions in it, such as {@code CC1} and {@code SERVICE1}; possibly none */
    record VideoTrack(int id, String kind, String codec, Integer width, Integer height,
            Number frameRate, List<String> captions) implements Track {}

    record AudioTrack(int id, String kind, String codec, Integer sampleRate, Integer channels, String language,
            String name) implements Track {}

    record ViewerList(List<WatchedBy> viewers, String next) {}

    /**
     * @param session identifies the viewer on all nodes
     * @param bytes sent to the viewer; null for an HLS viewer, which has no connection of its own
     */
    record WatchedBy(String id, String stream, String protocol, String address, String client, String session,
            String since, Long bytes) {}

    record Kicked(int kicked) {}

    /**
     * @param listedTo time up to which this edge lists the stream; null before the first segment, and if it has ended
     * @param latencyMs from there to this edge's clock
     * @param bitrate of the newest segment, of all tracks
     * @param retainedFrom time of the oldest segment that the log retains
     */
    record Newest(String listedTo, Long latencyMs, Long bitrate, String retainedFrom) {}

    record Warning(String code, String message) {}

    record Sessions(List<Session> sessions, String next) {}

    record Session(long epoch, long session, String startedAt, String endedAt, long durationMs, long bytes,
            List<String> codecs, String url) {}

    record Ingest(List<IngestNode> ingest) {}

    record IngestNode(String node, Address rtmp, Address rtmps, boolean keyRequired) {}

    /** @param host null if it is the host of the request URL */
    record Address(String host, int port) {}

    static IngestNode ingest(io.millrace.platform.log.IngestNode node) {
        return new IngestNode(opaque(node.node()), address(node.rtmp()), address(node.rtmps()), node.keyRequired());
    }

    /**
     * Returns an identifier that tells nodes apart without revealing their names; every edge returns the same. A node
     * name ends in 16 random bits, and the hash is so short that every guessed host name matches with some ending.
     */
    static String opaque(String node) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(node.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, OPAQUE_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static Address address(io.millrace.platform.log.IngestNode.Address address) {
        return address == null ? null : new Address(address.host(), address.port());
    }

    /** Returns the public description of a stream. */
    static Stream stream(StreamEntry entry, Map<String, Integer> viewers) {
        return stream(entry, viewers, new Publisher(null, null, entry.session().encoder().client()));
    }

    /** Returns the description of a stream with the encoder's address and ingest node, for the operator. */
    static Stream streamWithSource(StreamEntry entry, Map<String, Integer> viewers) {
        Encoder encoder = entry.session().encoder();
        return stream(entry, viewers, new Publisher(encoder.node(), encoder.address(), encoder.client()));
    }

    private static Stream stream(StreamEntry entry, Map<String, Integer> viewers, Publisher publisher) {
        return new Stream(entry.stream(), state(entry.state()), entry.epoch(), entry.session().number(),
                Json.time(entry.span().startedAtMs()), Json.timeOrNull(entry.span().endedAtMs()), graceEndsAt(entry),
                publisher, entry.session().tracks().stream().map(ApiJson::track).toList(), outputs(entry),
                entry.playlist().bitrate() == 0 ? null : entry.playlist().bitrate(),
                viewers, entry.session().warnings().stream().map(w -> new Warning(w.code(), w.message())).toList());
    }

    private static List<Output> outputs(StreamEntry entry) {
        List<Output> outputs = new ArrayList<>();
        List<io.millrace.platform.log.Track> tracks = entry.session().tracks();
        Lineup best = Lineup.best(List.of(entry));
        Lineup ts = Lineup.ofTs(List.of(entry));
        best.format().ifPresent(format -> outputs.add(output(entry, "hls", format.name(), ".m3u8", best)));
        if (!ts.isEmpty() && !ts.format().equals(best.format())) {
            outputs.add(output(entry, "hls", Format.TS.name(), HlsEndpoint.TS_SUFFIX, ts));
        }
        Lineup cmaf = Lineup.ofCmaf(List.of(entry));
        if (!cmaf.isEmpty()) {
            outputs.add(output(entry, "dash", Format.CMAF.name(), ".mpd", cmaf));
        }
        if (!tracks.isEmpty() && entry.state() != StreamEntry.State.ENDED) {
            List<String> names = tracks.stream().filter(track -> track.id() == TrackId.DEFAULT)
                    .map(track -> track.trackId().label()).toList();
            outputs.add(new Output("flv", "flv", "/" + entry.stream() + ".flv", names));
        }
        return outputs;
    }

    private static Output output(StreamEntry entry, String protocol, String format, String suffix, Lineup lineup) {
        List<String> names = entry.session().tracks().stream()
                .filter(track -> lineup.renditions().stream()
                        .anyMatch(each -> Renditions.codec(each, entry.rules(), track).isPresent()))
                .map(track -> track.trackId().label()).toList();
        return new Output(protocol, format.toLowerCase(Locale.ROOT), "/" + entry.stream() + suffix, names);
    }

    private static String graceEndsAt(StreamEntry entry) {
        return entry.state() == StreamEntry.State.GRACE
                ? Json.time(entry.span().endedAtMs() + entry.rules().graceMs())
                : null;
    }

    static String state(StreamEntry.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** @param prefix of the URL, such as {@code /t/TOKEN}; or empty */
    static Session session(SessionSpan span, String prefix) {
        StreamEntry.Session session = span.session();
        String end = span.endMs() == SessionSpan.OPEN ? "" : "&end=" + Json.time(span.endMs());
        String url = prefix + "/" + span.epoch().stream() + ".m3u8?start=" + Json.time(span.startMs()) + end;
        return new Session(span.epoch().epoch(), session.session(), Json.time(session.startedAtMs()),
                Json.timeOrNull(session.endedAtMs()), session.durationMs(), session.sizeBytes(), session.codecs(), url);
    }

    private static Track track(io.millrace.platform.log.Track track) {
        CodecConfig config = Tracks.config(track).orElse(null);
        String codec = config == null ? track.codec().toLowerCase(Locale.ROOT) : config.rfc6381();
        return switch (config) {
            case VideoConfig video -> new VideoTrack(track.id(), "video", codec, known(video.width()),
                    known(video.height()), frameRate(video.frameRate()), track.captions());
            case AudioConfig audio -> new AudioTrack(track.id(), "audio", codec, audio.sampleRate(),
                    known(audio.channels()), track.language(), track.name());
            case null -> track.kind() == Packet.Kind.VIDEO
                    ? new VideoTrack(track.id(), "video", codec, null, null, null, track.captions())
                    : new AudioTrack(track.id(), "audio", codec, null, null, track.language(), track.name());
        };
    }

    private static Integer known(int value) {
        return value == 0 ? null : value;
    }

    /**
     * Returns an integer for an integral frame rate, otherwise a double rounded to three decimals; null if unknown.
     */
    private static Number frameRate(FrameRate rate) {
        if (!rate.isKnown()) {
            return null;
        }
        if (rate.denominator() == 1) {
            return rate.numerator();
        }
        return Math.round(rate.numerator() * 1000.0 / rate.denominator()) / 1000.0;
    }
}
