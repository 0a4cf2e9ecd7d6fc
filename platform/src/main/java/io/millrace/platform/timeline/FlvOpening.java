package io.millrace.platform.timeline;

import io.millrace.media.amf.Amf0Writer;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.flv.FlvHeader;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.FlvWriter;
import io.millrace.media.flv.FourCc;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import static io.millrace.media.amf.AmfValue.field;

/**
 * The bytes that an FLV viewer receives before its first frame: file header, onMetaData and sequence headers. Pure.
 *
 * <p>onMetaData is generated from the tracks as an ECMA array with duration 0. The encoder's own onMetaData is not
 * forwarded: its values are hints, and a player that believes a wrong one never starts.
 */
public final class FlvOpening {
    /**
     * Byte position of the 8-byte duration in seconds, for a writer that fills it in later. The duration follows the
     * file header, the tag header, the script name, the head of the array, the field name and the type marker.
     */
    public static final int DURATION_POSITION = 13 + 11 + 13 + 5 + 10 + 1;

    /**
     * Timestamp of onMetaData. FFmpeg, and therefore VLC, treats an onMetaData with any other timestamp as the first
     * line of a subtitle track, and VLC then waits 10 s for the next line.
     */
    public static final int METADATA_MS = 0;

    private static final int AVC = 7;
    private static final int MP3 = 2;
    private static final int AAC = 10;

    private FlvOpening() {}

    /**
     * Returns file header, onMetaData and sequence headers for a new viewer.
     *
     * @param headers sequence headers; they are written with {@code timestampMs}
     * @param timestampMs timestamp of the viewer's first frame
     */
    public static byte[] write(Tracks tracks, List<FlvTag> headers, int timestampMs) {
        var out = new ByteWriter(512);
        out.bytes(FlvWriter.header(new FlvHeader(tracks.audio() != null, tracks.video() != null)));
        out.bytes(FlvWriter.tag(new FlvTag(FlvTag.Type.SCRIPT, METADATA_MS, metadata(tracks))));
        out.bytes(headers(headers, timestampMs));
        return out.toByteArray();
    }

    /** Returns the sequence headers as FLV tags for a viewer that continues at {@code timestampMs}. */
    public static byte[] headers(List<FlvTag> headers, int timestampMs) {
        var out = new ByteWriter(256);
        headers.forEach(header -> out.bytes(FlvWriter.tag(new FlvTag(header.type(), timestampMs, header.body()))));
        return out.toByteArray();
    }

    /** Returns the body of the onMetaData tag. */
    public static ByteBuffer metadata(Tracks tracks) {
        List<AmfValue.Field> fields = new ArrayList<>();
        fields.add(field("duration", 0));
        fields.add(field("hasVideo", new AmfValue.Bool(tracks.video() != null)));
        fields.add(field("hasAudio", new AmfValue.Bool(tracks.audio() != null)));
        if (tracks.video() != null) {
            video(tracks.video(), fields);
        }
        if (tracks.audio() != null) {
            fields.add(field("audiocodecid", switch (tracks.audio().codec()) {
                case AAC -> AAC;
                case MP3 -> MP3;
                case OPUS, FLAC, AC3, EAC3, AVC, HEVC, AV1, VP9 -> fourCc(tracks.audio().codec());
            }));
            fields.add(field("audiosamplerate", tracks.audio().sampleRate()));
            fields.add(field("audiochannels", tracks.audio().channels()));
            fields.add(field("stereo", new AmfValue.Bool(tracks.audio().channels() == 2)));
        }
        fields.add(field("encoder", "Millrace"));
        var out = new ByteWriter();
        new Amf0Writer(out).values(List.of(new AmfValue.Text("onMetaData"),
                AmfValue.EcmaArray.of(fields.toArray(AmfValue.Field[]::new))));
        return ByteBuffer.wrap(out.toByteArray());
    }

    private static void video(VideoConfig video, List<AmfValue.Field> fields) {
        fields.add(field("videocodecid", video.codec() == Codec.AVC ? AVC : fourCc(video.codec())));
        if (video.width() > 0) {
            fields.add(field("width", video.width()));
            fields.add(field("height", video.height()));
        }
        if (video.frameRate().isKnown()) {
            fields.add(field("framerate", video.frameRate().perSecond()));
        }
    }

    /** Enhanced RTMP puts a FourCC where legacy FLV has a codec number. */
    private static double fourCc(Codec codec) {
        return Integer.toUnsignedLong(FourCc.of(codec).code());
    }
}
