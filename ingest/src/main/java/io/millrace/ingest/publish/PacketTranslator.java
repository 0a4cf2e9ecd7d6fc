package io.millrace.ingest.publish;

import io.millrace.ingest.meters.IngestMeters.Drop;
import io.millrace.ingest.publish.TrackReader.Outcome;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.remux.BodyReader;
import io.millrace.media.remux.TrackMedia;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.TrackSet;
import io.millrace.platform.publish.PublishSink;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Translates the messages of one publisher to packets. Parses each message once and stores the facts in the packet that
 * readers need without parsing media. Bodies are neither changed nor copied.
 *
 * <p>A multitrack message remains one packet, because its body is kept unchanged. The packet's keyframe flag,
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
                List<TrackMedia> message = BodyReader.audioTracks(timestampMs, body, limits.modifiers());
                Outcome outcome = read(message, body.remaining(), audioTracks);
                yield result(outcome, new Packet(session, seq, arrivalUs, timestampMs, 0, Packet.Kind.AUDIO,
                        main(message).track(), content(outcome), body));
            }
            case VIDEO -> {
                List<TrackMedia> message = BodyReader.videoTracks(timestampMs, body, limits.modifiers());
                Outcome outcome = read(message, body.remaining(), videoTracks);
                TrackMedia main = main(message);
                yield result(outcome, new Packet(session, seq, arrivalUs, timestampMs, compositionTimeMs(main),
                        Packet.Kind.VIDEO, main.track(), content(outcome), body));
            }
            case DATA -> new Result.Translated(new Packet(session, seq, arrivalUs, timestampMs, 0,
                    Packet.Kind.DATA, MAIN_TRACK, Packet.Content.OTHER, body));
        };
    }

    /** Returns the codecs of the default tracks as far as the messages have identified them. */
    TrackSet tracks() {
        tracks = tracks.with(codec(videoTracks), codec(audioTracks));
        return tracks;
    }

    private static String codec(Map<Integer, TrackReader> tracks) {
        TrackReader main = tracks.get(MAIN_TRACK);
        return main == null || main.codec() == null ? null : main.codec().name();
    }

    /** Reads the parts of all tracks and returns the outcome of the main track. */
    private Outcome read(List<TrackMedia> message, int messageBytes, Map<Integer, TrackReader> tracks) {
        TrackMedia main = main(message);
        Outcome outcome = Outcome.NO_MEDIA;
        for (TrackMedia media : message) {
            TrackReader reader = tracks.get(media.track());
            if (reader == null) {
                if (tracks.size() == limits.tracks()) {
                    throw new OverLimitException("Multitrack", "tracks", limits.tracks() + 1L, limits.tracks());
                }
                reader = new TrackReader(limits);
                tracks.put(media.track(), reader);
            }
            Outcome read = reader.read(media, messageBytes);
            outcome = media == main ? read : outcome;
        }
        return outcome;
    }

    /** Returns the track under which the message is stored: the one with the lowest number. */
    private static TrackMedia main(List<TrackMedia> message) {
        return message.size() == 1
                ? message.getFirst()
                : message.stream().min(Comparator.comparingInt(TrackMedia::track)).orElseThrow();
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

    private static int compositionTimeMs(TrackMedia media) {
        return media instanceof TrackMedia.AccessUnit unit ? unit.compositionMs() : 0;
    }
}
