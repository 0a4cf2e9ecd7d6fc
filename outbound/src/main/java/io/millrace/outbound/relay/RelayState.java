package io.millrace.outbound.relay;

import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.StateSchema;
import io.millrace.platform.timeline.Tracks;
import io.millrace.tools.past.EpochPosition;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * State and position of one relay of one stream, as it is in the topic {@code relays}. Contains no stream key.
 * Immutable.
 *
 * @param node name of the node that runs the relay, or ran it last
 * @param phase what the relay does
 * @param sinceMs when the phase began, ms since 1970
 * @param behindMs age of the media that was sent last, as far as the clocks agree
 * @param error why the newest session ended, one line; null if it has not failed
 * @param position where the next owner continues
 */
record RelayState(RelayKey key, String node, Phase phase, long sinceMs, long behindMs, String error,
        RelayPosition position) {
    /** What a relay does. */
    enum Phase {
        /** The stream has no media to send, or the process has no memory for a further session. */
        WAITING,
        /** Connects to the target. */
        CONNECTING,
        /** Sends media. */
        SENDING,
        /** Waits before the next attempt. */
        RETRYING,
        /** A bug in Millrace ended the relay, which stays ended in this process. */
        FAILED,
        /** The node has ended the relay, which no node has taken over since. */
        STOPPED
    }

    private static final long NO_OFFSET = -1;
    private static final StateSchema<RelayState> SCHEMA = new StateSchema<>("RelayState", RelayState::write,
            RelayState::read);

    /** Returns the same state with media that is older. */
    RelayState withBehindMs(long otherMs) {
        return new RelayState(key, node, phase, sinceMs, otherMs, error, position);
    }

    byte[] encode() {
        return SCHEMA.encode(this);
    }

    /** @throws io.millrace.platform.log.UnreadableStateException if the bytes are damaged or of an unknown version */
    static RelayState decode(byte[] bytes) {
        return SCHEMA.decode(ByteBuffer.wrap(bytes));
    }

    private void write(Generic g) {
        g.put("relay", key.relay()).put("stream", key.stream()).put("node", node).put("phase", phase.name())
                .put("sinceMs", sinceMs).put("behindMs", behindMs).put("error", error)
                .put("epoch", position.epoch()).put("over", position.over());
        Keyframe start = position.at().map(EpochPosition::start).orElse(new Keyframe(0, NO_OFFSET, 0));
        g.put("session", start.session()).put("offset", start.offset())
                .put("timestampOffsetMs", start.timestampOffsetMs());
        Tracks tracks = position.at().map(EpochPosition::tracks).orElse(new Tracks(null, null));
        g.put("videoCodec", codec(tracks.video())).put("videoConfig", config(tracks.video()))
                .put("audioCodec", codec(tracks.audio())).put("audioConfig", config(tracks.audio()));
    }

    private static String codec(CodecConfig config) {
        return config == null ? null : config.codec().name();
    }

    private static ByteBuffer config(CodecConfig config) {
        return config == null ? ByteBuffer.allocate(0) : config.record().duplicate();
    }

    private static RelayState read(Generic g) {
        return new RelayState(new RelayKey(g.text("relay"), g.text("stream")), g.text("node"),
                Phase.valueOf(g.text("phase")), g.int64("sinceMs"), g.int64("behindMs"), g.text("error"), position(g));
    }

    private static RelayPosition position(Generic g) {
        long epoch = g.int64("epoch");
        if (g.int64("offset") == NO_OFFSET) {
            return new RelayPosition(epoch, g.bool("over"), Optional.empty());
        }
        Tracks tracks = new Tracks((VideoConfig) config(g, "video"), (AudioConfig) config(g, "audio"));
        return RelayPosition.of(new EpochPosition(epoch,
                new Keyframe(g.int64("session"), g.int64("offset"), g.int64("timestampOffsetMs")), tracks));
    }

    private static CodecConfig config(Generic g, String kind) {
        String codec = g.text(kind + "Codec");
        return codec == null ? null : CodecConfig.parse(Codec.valueOf(codec), g.bytes(kind + "Config"));
    }
}
