package io.millrace.edge.view;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.PlayerTagBody;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.media.rtmp.PlayChunks;
import io.millrace.platform.timeline.FlvOpening;
import io.millrace.platform.timeline.Tracks;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The messages that an RTMP player receives before its first frame, and the conversion of FLV tags to RTMP messages;
 * the counterpart of {@link FlvOpening}. Pure.
 *
 * <p>FFmpeg learns the tracks from onMetaData, and only if it is an ECMA array.
 */
public final class RtmpOpening {
    private RtmpOpening() {}

    /**
     * Returns onMetaData and the sequence headers, as RTMP chunks.
     *
     * @param headers the tracks' sequence headers
     * @param timestampMs timestamp of the first frame, which the sequence headers receive as well
     */
    public static byte[] write(Tracks tracks, List<FlvTag> headers, int timestampMs) {
        return new ByteWriter(512)
                .bytes(PlayChunks.message(MediaKind.DATA, FlvOpening.METADATA_MS, FlvOpening.metadata(tracks)))
                .bytes(headers(headers, timestampMs)).toByteArray();
    }

    /** Returns sequence headers for a player that continues at {@code timestampMs}, as RTMP chunks. */
    public static byte[] headers(List<FlvTag> headers, int timestampMs) {
        var out = new ByteWriter(256);
        headers.forEach(header -> out.bytes(PlayChunks.message(kind(header.type()), timestampMs, body(header))));
        return out.toByteArray();
    }

    /** Returns the kind of message that carries tags of this type. */
    public static MediaKind kind(FlvTag.Type type) {
        return switch (type) {
            case AUDIO -> MediaKind.AUDIO;
            case VIDEO -> MediaKind.VIDEO;
            case SCRIPT, SCRIPT_AMF3 -> MediaKind.DATA;
        };
    }

    /** Returns the tag's body in the form that players read: video under its FourCC ({@link PlayerTagBody}). */
    public static ByteBuffer body(FlvTag tag) {
        return tag.type() == FlvTag.Type.VIDEO ? PlayerTagBody.underFourCc(tag.body()) : tag.body();
    }
}
