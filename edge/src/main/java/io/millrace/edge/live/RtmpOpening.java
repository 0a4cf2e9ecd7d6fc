package io.millrace.edge.live;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.TagBodyWriter;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.media.rtmp.PlayChunks;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What stands before the first frame of a player of RTMP, as {@link FlvOpening}, and its tags as messages. Pure.
 *
 * <p>FFmpeg takes which tracks there are from onMetaData, and only if it is an ECMA array.
 */
public final class RtmpOpening {
    private RtmpOpening() {}

    /** @param headers sequence headers, which get the timestamp of the first frame */
    public static byte[] write(Tracks tracks, List<FlvTag> headers, int timestampMs) {
        return new ByteWriter(512)
                .bytes(PlayChunks.message(MediaKind.DATA, FlvOpening.METADATA_MS, FlvOpening.metadata(tracks)))
                .bytes(headers(headers, timestampMs)).toByteArray();
    }

    /** Sequence headers for a player that goes on at {@code timestampMs}. */
    public static byte[] headers(List<FlvTag> headers, int timestampMs) {
        var out = new ByteWriter(256);
        headers.forEach(header -> out.bytes(PlayChunks.message(kind(header.type()), timestampMs, body(header))));
        return out.toByteArray();
    }

    public static MediaKind kind(FlvTag.Type type) {
        return switch (type) {
            case AUDIO -> MediaKind.AUDIO;
            case VIDEO -> MediaKind.VIDEO;
            case SCRIPT, SCRIPT_AMF3 -> MediaKind.DATA;
        };
    }

    /** Players know HEVC by its FourCC, and none by the number that some encoders send. */
    public static ByteBuffer body(FlvTag tag) {
        ByteBuffer body = tag.body();
        boolean numbered = tag.type() == FlvTag.Type.VIDEO && body.hasRemaining()
                && (body.get(body.position()) & 0x8F) == VideoTagBody.HEVC_CODEC_ID;
        return numbered ? TagBodyWriter.write(VideoTagBody.parse(body)) : body;
    }
}
