package io.millrace.ingest.publish;

import io.millrace.ingest.IngestMeters.Drop;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.AacConfig;
import io.millrace.media.codec.AvcConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.NalUnits;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.media.time.TimestampUnwrapper;
import io.millrace.platform.log.Packet;
import io.millrace.platform.rtmp.PublishSink;
import java.nio.ByteBuffer;

/**
 * Looks into the messages of one publisher, once, and writes down what readers need without parsing media. The bodies are
 * neither changed nor copied.
 *
 * <p>Confined to one thread at a time.
 */
final class PacketTranslator {
    /** A message, or why it is none of ours. */
    sealed interface Result {
        record Translated(Packet packet) implements Result {}

        record Dropped(Drop reason) implements Result {}
    }

    private static final int NO_CONFIG = 0;
    private static final Result NO_MEDIA = new Result.Dropped(Drop.NO_MEDIA);
    private static final int MAIN_TRACK = 0;

    private final TimestampUnwrapper audioClock = new TimestampUnwrapper();
    private final TimestampUnwrapper videoClock = new TimestampUnwrapper();
    private final TimestampUnwrapper dataClock = new TimestampUnwrapper();
    private boolean mediaSeen;
    private long mediaMs;
    private int nalLengthSize = NO_CONFIG;

    /**
     * @param session number of the session that it becomes a packet of
     * @param seq its number there
     * @param body borrowed and kept: it becomes the packet's
     * @throws io.millrace.media.bytes.MediaException the body breaks its standard, or we do not know its codec
     */
    Result translate(long session, long seq, long arrivalUs, PublishSink.Kind kind, int timestamp, ByteBuffer body) {
        return switch (kind) {
            case AUDIO -> audio(session, seq, arrivalUs, media(audioClock, timestamp), body);
            case VIDEO -> video(session, seq, arrivalUs, media(videoClock, timestamp), body);
            case DATA -> translated(new Packet(session, seq, arrivalUs, data(timestamp), 0, Packet.Kind.DATA,
                    MAIN_TRACK, false, false, false, body));
        };
    }

    private Result audio(long session, long seq, long arrivalUs, long timestampMs, ByteBuffer body) {
        return switch (AudioTagBody.parse(body)) {
            case AudioTagBody.Config(Codec codec, ByteBuffer record) -> {
                need(codec, Codec.AAC, "AUDIODATA");
                AacConfig.parse(record);
                yield audio(session, seq, arrivalUs, timestampMs, true, body);
            }
            case AudioTagBody.Frame(Codec codec, _) -> {
                need(codec, Codec.AAC, "AUDIODATA");
                yield audio(session, seq, arrivalUs, timestampMs, false, body);
            }
            case AudioTagBody.Silence() -> NO_MEDIA;
        };
    }

    private static Result audio(long session, long seq, long arrivalUs, long timestampMs, boolean config,
            ByteBuffer body) {
        return translated(new Packet(session, seq, arrivalUs, timestampMs, 0, Packet.Kind.AUDIO, MAIN_TRACK, false,
                false, config, body));
    }

    private Result video(long session, long seq, long arrivalUs, long timestampMs, ByteBuffer body) {
        return switch (VideoTagBody.parse(body)) {
            case VideoTagBody.Config(Codec codec, ByteBuffer record) -> {
                need(codec, Codec.AVC, "VIDEODATA");
                nalLengthSize = AvcConfig.parse(record).nalLengthSize();
                yield translated(new Packet(session, seq, arrivalUs, timestampMs, 0, Packet.Kind.VIDEO, MAIN_TRACK,
                        false, false, true, body));
            }
            case VideoTagBody.Frame frame -> frame(session, seq, arrivalUs, timestampMs, frame, body);
            case VideoTagBody.End(_),VideoTagBody.Command() -> NO_MEDIA;
        };
    }

    private Result frame(long session, long seq, long arrivalUs, long timestampMs, VideoTagBody.Frame frame,
            ByteBuffer body) {
        need(frame.codec(), Codec.AVC, "VIDEODATA");
        if (nalLengthSize == NO_CONFIG) {
            return new Result.Dropped(Drop.NO_CONFIG);
        }
        if (!frame.data().hasRemaining()) {
            return NO_MEDIA;
        }
        // Walks the whole access unit, so that one with broken lengths never gets into the log.
        boolean keyframe = NalUnits.containsIdr(frame.data(), nalLengthSize);
        boolean recoveryPoint = !keyframe && frame.flaggedKey();
        return translated(new Packet(session, seq, arrivalUs, timestampMs, frame.compositionTimeMs(),
                Packet.Kind.VIDEO, MAIN_TRACK, keyframe, recoveryPoint, false, body));
    }

    /** Audio and video start near each other even if the 32 bits wrap between their first messages. */
    private long media(TimestampUnwrapper clock, int timestamp) {
        if (mediaSeen) {
            clock.startNear(mediaMs);
        }
        mediaMs = clock.unwrapMs(timestamp);
        mediaSeen = true;
        return mediaMs;
    }

    /** Data follows the media and does not lead it: many encoders stamp it 0. */
    private long data(int timestamp) {
        if (mediaSeen) {
            dataClock.startNear(mediaMs);
        }
        return dataClock.unwrapMs(timestamp);
    }

    private static Result translated(Packet packet) {
        return new Result.Translated(packet);
    }

    private static void need(Codec codec, Codec supported, String structure) {
        if (codec != supported) {
            throw new UnsupportedException(structure, "codec", codec, supported.toString());
        }
    }
}
