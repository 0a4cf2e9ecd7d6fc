package io.millrace.ingest.publish;

import io.millrace.media.amf.Amf0Reader;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.MediaException;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.TrackSet;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Observes which default tracks a publisher sends. A track exists from its first configuration or self-describing frame
 * on, until it is silent: hls.js and mpegts.js stop permanently when one of two tracks ends.
 *
 * <p>Pure: measures time by the timestamps of the frames. Confined to one thread at a time.
 */
final class TrackWatch {
    /** A track is gone after this much media of the other track without a frame of its own, in ms. */
    static final int SILENCE_MS = 10_000;
    /** A larger step of the timestamps counts as this much media, in ms, so that a jump is not mistaken for silence. */
    private static final int LONGEST_FRAME_MS = 1_000;
    private static final long NEVER = Long.MIN_VALUE;

    private final Kind video = new Kind("videocodecid");
    private final Kind audio = new Kind("audiocodecid");
    /** Whether onMetaData has arrived. */
    private boolean described;
    private TrackSet tracks = TrackSet.UNKNOWN;

    private static final class Kind {
        /** Key of the codec in onMetaData. */
        private final String key;
        private String codec;
        /** Whether onMetaData names a codec of this kind. */
        private boolean announced;
        private boolean gone;
        /** Timestamp of the newest frame. */
        private long newestMs = NEVER;
        /** Media of the other track since the newest frame of this track, in ms. */
        private long silentMs;

        Kind(String key) {
            this.key = key;
        }

        private void frame(long timestampMs, Kind other) {
            other.silentMs += newestMs == NEVER ? 0 : Math.clamp(timestampMs - newestMs, 0, LONGEST_FRAME_MS);
            other.gone |= other.silentMs > SILENCE_MS;
            newestMs = timestampMs;
            silentMs = 0;
            gone = false;
        }

        private String present() {
            return gone ? null : codec;
        }
    }

    /**
     * Observes a packet.
     *
     * @param identified the codecs of the publisher's messages so far, including this packet
     */
    void received(Packet packet, TrackSet identified) {
        video.codec = identified.video();
        audio.codec = identified.audio();
        if (packet.kind() == Packet.Kind.DATA) {
            described(packet.body());
        } else if (packet.track() == 0 && !packet.isConfig()) {
            boolean isVideo = packet.kind() == Packet.Kind.VIDEO;
            (isVideo ? video : audio).frame(packet.timestampMs(), isVideo ? audio : video);
        }
    }

    private void described(ByteBuffer body) {
        try {
            List<AmfValue> values = new Amf0Reader(body.duplicate(), Amf0Reader.Limits.DATA).readAll();
            if (values.size() > 1 && values.get(0) instanceof AmfValue.Text(String name) && name.equals("onMetaData")
                    && values.get(1) instanceof AmfValue.Keyed metadata) {
                described = true;
                video.announced = metadata.fields().containsKey(video.key);
                audio.announced = metadata.fields().containsKey(audio.key);
            }
        } catch (MediaException _) {
            // Unreadable metadata announces nothing.
        }
    }

    /** Returns the default tracks that the publisher sends, without those that are gone. */
    TrackSet tracks() {
        tracks = tracks.with(video.present(), audio.present());
        return tracks;
    }

    /**
     * Returns whether no further track is expected: both exist, or one sends frames and the metadata does not announce
     * the other.
     */
    boolean isComplete() {
        return video.codec != null && audio.codec != null || isAlone(video, audio) || isAlone(audio, video);
    }

    private boolean isAlone(Kind one, Kind other) {
        return one.codec != null && one.newestMs != NEVER && other.codec == null && described && !other.announced;
    }

    /**
     * Returns whether the packet may be written to a session with {@code tracks}: players of that session fail at a
     * packet of another codec.
     */
    boolean belongs(Packet packet, TrackSet tracks) {
        return packet.track() != 0 || switch (packet.kind()) {
            case VIDEO -> video.codec == null || video.codec.equals(tracks.video());
            case AUDIO -> audio.codec == null || audio.codec.equals(tracks.audio());
            case DATA -> true;
        };
    }
}
