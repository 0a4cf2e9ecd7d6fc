package io.millrace.edge.feed;

import io.millrace.edge.live.FlvOpening;
import io.millrace.edge.live.RtmpOpening;
import io.millrace.edge.live.Tracks;
import io.millrace.media.flv.FlvTag;
import java.util.List;

/** As what the tags of a stream lie in memory, made once for all who take them so. */
enum Layout {
    /** FLV tags, each an HTTP chunk. */
    TAGS {
        @Override
        byte[] opening(Tracks tracks, List<FlvTag> headers, int timestampMs) {
            return FlvOpening.write(tracks, headers, timestampMs);
        }

        @Override
        byte[] headers(List<FlvTag> headers, int timestampMs) {
            return FlvOpening.headers(headers, timestampMs);
        }
    },
    /** Messages of RTMP ({@link io.millrace.media.rtmp.PlayChunks}). */
    MESSAGES {
        @Override
        byte[] opening(Tracks tracks, List<FlvTag> headers, int timestampMs) {
            return RtmpOpening.write(tracks, headers, timestampMs);
        }

        @Override
        byte[] headers(List<FlvTag> headers, int timestampMs) {
            return RtmpOpening.headers(headers, timestampMs);
        }
    };

    /** What stands before a viewer's first frame. */
    abstract byte[] opening(Tracks tracks, List<FlvTag> headers, int timestampMs);

    /** Sequence headers for a viewer that goes on at {@code timestampMs}. */
    abstract byte[] headers(List<FlvTag> headers, int timestampMs);
}
