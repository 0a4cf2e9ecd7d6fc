package io.millrace.edge.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.millrace.edge.live.PastRange;
import io.millrace.edge.live.SessionSpan;
import io.millrace.edge.live.Tracks;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.StreamEntry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * The contract's JSON as records: times RFC 3339, bitrates bits a second, sizes bytes, durations ms, unknown null. The
 * encoder's address and the names of nodes are for the operator: only {@link #streamWithSource} has them.
 */
final class ApiJson {
    private static final int OPAQUE_BYTES = 2;

    private ApiJson() {}

    record Streams(List<Stream> streams, String next) {}

    /**
     * @param endedAt when its encoder left, null while it is there
     * @param graceEndsAt until when the stream waits for its encoder, null unless it does
     */
    record Stream(String name, String state, long epoch, long session, String startedAt, String endedAt,
            String graceEndsAt, Publisher publisher,
            List<Track> tracks, Long bitrate, Viewers viewers, List<Warning> warnings) {}

    /** Node and address are left out where they are null: everybody may read the rest. */
    record Publisher(@JsonInclude(JsonInclude.Include.NON_NULL) String node,
            @JsonInclude(JsonInclude.Include.NON_NULL) String address, String client) {}

    /** Video and audio have fields of their own; the other's are left out. */
    sealed interface Track {}

    record VideoTrack(int id, String kind, String codec, Integer width, Integer height,
            Number frameRate) implements Track {}

    record AudioTrack(int id, String kind, String codec, Integer sampleRate, Integer channels) implements Track {}

    record Viewers(long hls, long flv, long ws, long rtmp) {}

    record ViewerList(List<WatchedBy> viewers, String next) {}

    record WatchedBy(String id, String stream, String protocol, String address, String client, String since,
            Long bytes) {}

    record Kicked(int kicked) {}

    record Warning(String code, String message) {}

    record Sessions(List<Session> sessions, String next) {}

    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Session(long epoch, long session, String startedAt, String endedAt, long durationMs, long bytes,
            List<String> codecs, String url) {}

    record Ingest(List<IngestNode> ingest) {}

    @JsonInclude(JsonInclude.Include.ALWAYS)
    record IngestNode(String node, Address rtmp, Address rtmps, boolean keyRequired) {}

    /** @param host null for the host of the request's own URL */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Address(String host, int port) {}

    static IngestNode ingest(io.millrace.platform.log.IngestNode node) {
        return new IngestNode(opaque(node.node()), address(node.rtmp()), address(node.rtmps()), node.keyRequired());
    }

    /**
     * Tells nodes apart without their names, the same on every edge. A name ends in 16 random bits: so few digits of the
     * hash fit any host name that somebody guesses.
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

    /** What everybody may know of a stream. */
    static Stream stream(StreamEntry entry, Viewers viewers) {
        return stream(entry, viewers, new Publisher(null, null, entry.client()));
    }

    /** The same with the encoder's address and its node, for the operator. */
    static Stream streamWithSource(StreamEntry entry, Viewers viewers) {
        return stream(entry, viewers, new Publisher(entry.node(), entry.address(), entry.client()));
    }

    private static Stream stream(StreamEntry entry, Viewers viewers, Publisher publisher) {
        return new Stream(entry.stream(), state(entry.state()), entry.epoch(), entry.session(),
                Json.time(entry.startedAtMs()), Json.timeOrNull(entry.endedAtMs()), graceEndsAt(entry),
                publisher, entry.tracks().stream().map(ApiJson::track).toList(),
                entry.bitrate() == 0 ? null : entry.bitrate(),
                viewers, entry.warnings().stream().map(w -> new Warning(w.code(), w.message())).toList());
    }

    private static String graceEndsAt(StreamEntry entry) {
        return entry.state() == StreamEntry.State.GRACE ? Json.time(entry.endedAtMs() + entry.rules().graceMs()) : null;
    }

    static String state(StreamEntry.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    static Session session(SessionSpan span) {
        StreamEntry.Session session = span.session();
        String end = span.endMs() == PastRange.OPEN ? "" : "&end=" + Json.time(span.endMs());
        String url = "/" + span.epoch().stream() + ".m3u8?start=" + Json.time(span.startMs()) + end;
        return new Session(span.epoch().epoch(), session.session(), Json.time(session.startedAtMs()),
                Json.timeOrNull(session.endedAtMs()), session.durationMs(), session.sizeBytes(), session.codecs(), url);
    }

    private static Track track(StreamEntry.Track track) {
        CodecConfig config = Tracks.config(track).orElse(null);
        String codec = config == null ? track.codec().toLowerCase(Locale.ROOT) : config.rfc6381();
        return switch (config) {
            case VideoConfig video -> new VideoTrack(track.id(), "video", codec, known(video.width()),
                    known(video.height()), frameRate(video.frameRateNumerator(), video.frameRateDenominator()));
            case AudioConfig audio -> new AudioTrack(track.id(), "audio", codec, audio.sampleRate(),
                    known(audio.channels()));
            case null -> track.kind() == Packet.Kind.VIDEO
                    ? new VideoTrack(track.id(), "video", codec, null, null, null)
                    : new AudioTrack(track.id(), "audio", codec, null, null);
        };
    }

    private static Integer known(int value) {
        return value == 0 ? null : value;
    }

    /** Whole rates as whole numbers, others with what a double has; null if unknown. */
    private static Number frameRate(int numerator, int denominator) {
        if (numerator == 0) {
            return null;
        }
        if (numerator % denominator == 0) {
            return numerator / denominator;
        }
        return Math.round(numerator * 1000.0 / denominator) / 1000.0;
    }
}
