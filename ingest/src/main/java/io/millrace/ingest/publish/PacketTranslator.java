package io.millrace.ingest.publish;

import io.millrace.ingest.meters.IngestMeters.Drop;
import io.millrace.ingest.publish.TrackReader.Outcome;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.TagTracks;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.TrackSet;
import io.millrace.platform.publish.PublishSink;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * Translates the messages of one publisher to packets. Parses each message once and stores in the packet what readers
 * need to know without parsing media. The bodies are neither changed nor copied.
 *
 * <p>A message of several tracks remains one packet, because its body is kept unchanged. The packet's keyframe flag,
 * configuration flag and composition time are those of the main track; a reader that needs another track has to parse
 * the body.
 *
 * <p>Confined to one thread at a time. Limits: {@link MediaLimits}.
 */
final class PacketTranslator {
    /** The packet of a message, or why the message is dropped. */
    sealed interface Result {
        record Translated(Packet packet) implements Result {}

        record Dropped(Drop reason) implements Result {}
    }

    /** Reads the part of a message that belongs to one track. */
    private interface Reading<B> {
        Outcome read(TrackReader reader, B body, int messageBytes);
    }

    private static final int MAIN_TRACK = 0;

    private final MediaLimits limits;
    private final Map<Integer, TrackReader> audioTracks = new HashMap<>();
    private final Map<Integer, TrackReader> videoTracks = new HashMap<>();
    private TrackSet tracks = TrackSet.UNKNOWN;

    PacketTranslator(MediaLimits limits) {
        this.limits = limits;
    }

    /**
     * Translates one message.
     *
     * @param session number of the packet's session
     * @param seq number of the packet within the session
     * @param body becomes the packet's body; it is not copied and must not be changed
     * @throws io.millrace.media.bytes.MediaException if the body violates its standard, exceeds a limit, or has an
     *        unknown codec
     */
    Result translate(long session, long seq, long arrivalUs, PublishSink.Kind kind, long timestampMs,
            ByteBuffer body) {
        return switch (kind) {
            case AUDIO -> {
                TagTracks<AudioTagBody> message = AudioTagBody.parseTracks(body, limits.modifiers());
                Outcome outcome = read(message, body.remaining(), audioTracks, TrackReader::audio);
                yield result(outcome, new Packet(session, seq, arrivalUs, timestampMs, 0, Packet.Kind.AUDIO,
                        message.main().id(), content(outcome), body));
            }
            case VIDEO -> {
                TagTracks<VideoTagBody> message = VideoTagBody.parseTracks(body, limits.modifiers());
                Outcome outcome = read(message, body.remaining(), videoTracks, TrackReader::video);
                yield result(outcome, new Packet(session, seq, arrivalUs, timestampMs,
                        compositionTimeMs(message.main().body()), Packet.Kind.VIDEO, message.main().id(),
                        content(outcome),
                        body));
            }
            case DATA -> new Result.Translated(new Packet(session, seq, arrivalUs, timestampMs, 0,
                    Packet.Kind.DATA, MAIN_TRACK, Packet.Content.OTHER, body));
        };
    }

    /** Returns the codecs of the default tracks as far as the messages so far have shown them. */
    TrackSet tracks() {
        tracks = tracks.with(codec(videoTracks), codec(audioTracks));
        return tracks;
    }

    private static String codec(Map<Integer, TrackReader> tracks) {
        TrackReader main = tracks.get(MAIN_TRACK);
        return main == null || main.codec() == null ? null : main.codec().name();
    }

    /** Reads the parts of all tracks and returns the outcome of the main track. */
    private <B> Outcome read(TagTracks<B> message, int messageBytes, Map<Integer, TrackReader> tracks,
            Reading<B> reading) {
        TagTracks.Track<B> main = message.main();
        Outcome outcome = Outcome.NO_MEDIA;
        for (TagTracks.Track<B> track : message.tracks()) {
            TrackReader reader = tracks.get(track.id());
            if (reader == null) {
                if (tracks.size() == limits.tracks()) {
                    throw new OverLimitException("Multitrack", "tracks", limits.tracks() + 1L, limits.tracks());
                }
                reader = new TrackReader(limits);
                tracks.put(track.id(), reader);
            }
            Outcome read = reading.read(reader, track.body(), messageBytes);
            outcome = track == main ? read : outcome;
        }
        return outcome;
    }

    private static Packet.Content content(Outcome outcome) {
        return switch (outcome) {
            case CONFIG -> Packet.Content.CONFIG;
            case KEYFRAME -> Packet.Content.KEYFRAME;
            case FLAGGED_FRAME -> Packet.Content.RECOVERY_POINT;
            case FRAME, NO_CONFIG, NO_MEDIA -> Packet.Content.OTHER;
        };
    }

    private static Result result(Outcome outcome, Packet packet) {
        return switch (outcome) {
            case NO_CONFIG -> new Result.Dropped(Drop.NO_CONFIG);
            case NO_MEDIA -> new Result.Dropped(Drop.NO_MEDIA);
            case KEYFRAME, FRAME, FLAGGED_FRAME, CONFIG -> new Result.Translated(packet);
        };
    }

    private static int compositionTimeMs(VideoTagBody body) {
        return body instanceof VideoTagBody.Frame frame ? frame.compositionTimeMs() : 0;
    }
}
