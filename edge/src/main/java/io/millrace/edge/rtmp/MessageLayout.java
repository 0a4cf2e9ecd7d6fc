package io.millrace.edge.rtmp;

import io.millrace.edge.fanout.Framing;
import io.millrace.edge.fanout.Layout;
import io.millrace.edge.view.RtmpOpening;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.rtmp.PlayChunks;
import io.millrace.platform.timeline.Tracks;
import java.nio.ByteBuffer;
import java.util.List;

/** The layout of tags for RTMP players: each tag as an RTMP message in chunks ({@link PlayChunks}). */
public final class MessageLayout implements Layout {
    /** Adds nothing: the layout, the openings and the sequence headers already consist of RTMP chunks. */
    public static final Framing FRAMING = Framing.of(new MessageLayout(), true);

    private MessageLayout() {}

    @Override
    public TagWriter writer(FlvTag tag) {
        ByteBuffer body = RtmpOpening.body(tag);
        return new TagWriter(0, PlayChunks.sizeBytes(tag.timestampMs(), body.remaining()), 0,
                out -> PlayChunks.put(out, RtmpOpening.kind(tag.type()), tag.timestampMs(), body));
    }

    @Override
    public byte[] opening(Tracks tracks, List<FlvTag> headers, int timestampMs) {
        return RtmpOpening.write(tracks, headers, timestampMs);
    }

    @Override
    public byte[] headers(List<FlvTag> headers, int timestampMs) {
        return RtmpOpening.headers(headers, timestampMs);
    }

    @Override
    public byte[] presence(boolean live) {
        return live ? PlayChunks.publishNotify() : PlayChunks.dry();
    }
}
