package io.millrace.platform.log;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A track and its codec configuration.
 *
 * @param id number among the tracks of its kind: 0 is the default track, others exist in multitrack only
 * @param kind audio or video
 * @param codec name of a {@code media.codec.Codec}
 * @param config codec configuration record
 * @param timescale ticks per second of the times of its samples; 0 if unknown, as in version 1 of the log, where they
 *     are 90,000 for video and the sample rate for audio
 * @param language BCP 47, null if the encoder has not announced it
 * @param name for users, null if the encoder has not announced it
 * @param captions of video: the channels of captions that the epoch has had in it so far, such as {@code CC1} (CEA-608)
 *     and {@code SERVICE1} (CEA-708)
 */
public record Track(int id, Packet.Kind kind, String codec, ByteBuffer config, int timescale, String language,
        String name, List<String> captions) {
    public Track {
        captions = List.copyOf(captions);
    }

    /** Creates a track without captions. */
    public Track(int id, Packet.Kind kind, String codec, ByteBuffer config, int timescale, String language,
            String name) {
        this(id, kind, codec, config, timescale, language, name, List.of());
    }

    /** Creates a track as in version 1 of the log. */
    public Track(int id, Packet.Kind kind, String codec, ByteBuffer config) {
        this(id, kind, codec, config, 0, null, null);
    }

    /** Returns the name of this track in its epoch. */
    public TrackId trackId() {
        return new TrackId(kind, id);
    }

    /** Creates a track without a language and a name. */
    public Track(int id, Packet.Kind kind, String codec, ByteBuffer config, int timescale) {
        this(id, kind, codec, config, timescale, null, null);
    }
}
