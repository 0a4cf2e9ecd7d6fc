package io.millrace.media.remux;

import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.TagTracks;
import io.millrace.media.flv.VideoTagBody;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;

/**
 * Reads the body of a message as media: the only class that knows what a format number means. The position of a body
 * does not change.
 *
 * <p>All methods with a format throw {@link UnsupportedException} if this release does not know it, and those that
 * return media throw a {@link io.millrace.media.bytes.MediaException} if the body is malformed or its codec is not
 * supported.
 */
public final class BodyReader {
    /** Format of an FLV tag body, legacy or Enhanced RTMP (Adobe FLV 10.1, E.4.2 and E.4.3). */
    public static final long FLV_TAG = 0;

    /** Size of a body without media: end of sequence, command, silence. */
    private static final int VIDEO_HEADER_BYTES = 5;
    private static final int AUDIO_HEADER_BYTES = 2;

    /** First byte of an extended header: video, and audio with its packet type (Enhanced RTMP v2). */
    private static final int EXTENDED_VIDEO = 0x80;
    private static final int EXTENDED_AUDIO = 9;
    private static final int VIDEO_MULTITRACK = 6;
    private static final int AUDIO_MULTITRACK = 5;
    private static final int MOD_EX = 7;

    private BodyReader() {}

    /** @throws UnsupportedException if this release does not know {@code format} */
    public static void requireKnown(long format) {
        if (format != FLV_TAG) {
            throw new UnsupportedException("Packet", "bodyFormat", format, FLV_TAG + " (FLV tag body)");
        }
    }

    /** Returns the main track of a video body: see {@link TagTracks#main}. */
    public static TrackMedia video(long format, long timestampMs, ByteBuffer body) {
        requireKnown(format);
        return video(VideoTagBody.parseTracks(body).main(), timestampMs);
    }

    /** Returns the main track of an audio body: see {@link TagTracks#main}. */
    public static TrackMedia audio(long format, long timestampMs, ByteBuffer body) {
        requireKnown(format);
        return audio(AudioTagBody.parseTracks(body).main(), timestampMs);
    }

    /** Returns the main track of an audio or video tag. */
    public static TrackMedia tag(FlvTag tag) {
        return switch (tag.type()) {
            case VIDEO -> video(FLV_TAG, tag.timestampMs(), tag.body());
            case AUDIO -> audio(FLV_TAG, tag.timestampMs(), tag.body());
            case SCRIPT, SCRIPT_AMF3 -> throw new IllegalArgumentException("not a tag of audio or video: " + tag);
        };
    }

    /**
     * Returns all tracks of a video message in FLV format, in wire order; at least one.
     *
     * @param modifiers maximum number of ModEx modifiers
     */
    public static List<TrackMedia> videoTracks(long timestampMs, ByteBuffer body, int modifiers) {
        return media(VideoTagBody.parseTracks(body, modifiers), track -> video(track, timestampMs));
    }

    /** Returns all tracks of an audio message in FLV format, as {@link #videoTracks} does. */
    public static List<TrackMedia> audioTracks(long timestampMs, ByteBuffer body, int modifiers) {
        return media(AudioTagBody.parseTracks(body, modifiers), track -> audio(track, timestampMs));
    }

    /** Returns all tracks of a video message, in wire order; at least one. */
    public static List<TrackMedia> videoTracks(long format, long timestampMs, ByteBuffer body) {
        requireKnown(format);
        return videoTracks(timestampMs, body, TagTracks.MAX_MOD_EX);
    }

    /** Returns all tracks of an audio message, in wire order; at least one. */
    public static List<TrackMedia> audioTracks(long format, long timestampMs, ByteBuffer body) {
        requireKnown(format);
        return audioTracks(timestampMs, body, TagTracks.MAX_MOD_EX);
    }

    /** Maps the tracks. Creates no {@link java.util.stream.Stream} for the usual message, which has one track. */
    private static <B> List<TrackMedia> media(TagTracks<B> message, Function<TagTracks.Track<B>, TrackMedia> reading) {
        List<TagTracks.Track<B>> tracks = message.tracks();
        return tracks.size() == 1
                ? List.of(reading.apply(tracks.getFirst()))
                : tracks.stream().map(reading).toList();
    }

    private static TrackMedia video(TagTracks.Track<VideoTagBody> track, long timestampMs) {
        int id = track.id();
        return switch (track.body()) {
            case VideoTagBody.Frame frame -> new TrackMedia.AccessUnit(id, frame.codec(), timestampMs,
                    frame.compositionTimeMs(), frame.flaggedKey(), frame.data());
            case VideoTagBody.Config(var codec, ByteBuffer record) -> new TrackMedia.Configuration(id, codec, record);
            case VideoTagBody.Metadata(var codec, ByteBuffer amf) -> new TrackMedia.Presentation(id, codec, amf);
            case VideoTagBody.End _,VideoTagBody.Command _ -> new TrackMedia.None(id);
        };
    }

    private static TrackMedia audio(TagTracks.Track<AudioTagBody> track, long timestampMs) {
        int id = track.id();
        return switch (track.body()) {
            case AudioTagBody.Frame(var codec, ByteBuffer data) ->
                new TrackMedia.AccessUnit(id, codec, timestampMs, 0, true, data);
            case AudioTagBody.Config(var codec, ByteBuffer record) -> new TrackMedia.Configuration(id, codec, record);
            case AudioTagBody.MultichannelConfig(var codec, ByteBuffer layout) ->
                new TrackMedia.Presentation(id, codec, layout);
            case AudioTagBody.Silence() -> new TrackMedia.None(id);
        };
    }

    /**
     * Returns whether a video body may have tracks other than the default one. Only the first byte is read.
     *
     * @param body not empty
     */
    public static boolean mayHaveVideoTracks(long format, ByteBuffer body) {
        requireKnown(format);
        int first = body.get(body.position()) & 0xFF;
        return first >= EXTENDED_VIDEO && hasTracks(first & 0xF, VIDEO_MULTITRACK);
    }

    /** Returns whether an audio body may have tracks other than the default one, as {@link #mayHaveVideoTracks} does. */
    public static boolean mayHaveAudioTracks(long format, ByteBuffer body) {
        requireKnown(format);
        int first = body.get(body.position()) & 0xFF;
        return first >>> 4 == EXTENDED_AUDIO && hasTracks(first & 0xF, AUDIO_MULTITRACK);
    }

    /** The packet type may follow a ModEx. */
    private static boolean hasTracks(int packetType, int multitrack) {
        return packetType == multitrack || packetType == MOD_EX;
    }

    /**
     * Returns whether a video body claims that decoding can start at it. Only the first byte is read; the rest is not
     * checked.
     *
     * @param body not empty
     */
    public static boolean isFlaggedKey(long format, ByteBuffer body) {
        requireKnown(format);
        return VideoTagBody.isFlaggedKey(body);
    }

    /** Returns whether a video body is longer than the header, and so contains media. The body is not parsed. */
    public static boolean hasVideo(long format, ByteBuffer body) {
        requireKnown(format);
        return body.remaining() > VIDEO_HEADER_BYTES;
    }

    /** Returns whether an audio body is longer than the header, and so contains media. The body is not parsed. */
    public static boolean hasAudio(long format, ByteBuffer body) {
        requireKnown(format);
        return body.remaining() > AUDIO_HEADER_BYTES;
    }
}
