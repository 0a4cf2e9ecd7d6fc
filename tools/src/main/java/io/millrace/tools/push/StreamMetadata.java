package io.millrace.tools.push;

import io.millrace.media.amf.Amf0Reader;
import io.millrace.media.amf.Amf0Writer;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.FourCc;
import io.millrace.media.flv.VideoTagBody;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/**
 * The onMetaData message of a live stream (Adobe FLV 10.1, E.5): a name, and an ECMA array, because FFmpeg requires
 * one.
 */
final class StreamMetadata {
    private static final String NAME = "onMetaData";
    /** Fields that apply to files and not to live streams. An index of keyframes can have a megabyte. */
    private static final Set<String> OF_FILES = Set.of("duration", "filesize", "keyframes", "lasttimestamp",
            "lastkeyframetimestamp", "lastkeyframelocation", "hasKeyframes", "canSeekToEnd", "datasize", "videosize",
            "audiosize");

    private StreamMetadata() {}

    /** Returns metadata for the given configurations. */
    static ByteBuffer of(List<CodecConfig> configs) {
        SequencedMap<String, AmfValue> fields = new LinkedHashMap<>();
        for (CodecConfig config : configs) {
            switch (config) {
                case VideoConfig video -> {
                    put(fields, "width", video.width());
                    put(fields, "height", video.height());
                    if (video.frameRate().isKnown()) {
                        put(fields, "framerate", video.frameRate().perSecond());
                    }
                    put(fields, "videocodecid", codecId(video.codec()));
                }
                case AudioConfig audio -> {
                    put(fields, "audiosamplerate", audio.sampleRate());
                    put(fields, "audiosamplesize", 16);
                    fields.put("stereo", new AmfValue.Bool(audio.channels() == 2));
                    put(fields, "audiocodecid", codecId(audio.codec()));
                }
            }
        }
        return written(List.of(new AmfValue.Text(NAME), new AmfValue.EcmaArray(fields)));
    }

    /** Returns the codec id of the legacy header if the codec has one, else the FourCC (Enhanced RTMP, metadata). */
    private static double codecId(Codec codec) {
        return switch (codec) {
            case AVC -> VideoTagBody.AVC_CODEC_ID;
            case AAC -> AudioTagBody.AAC_FORMAT;
            case MP3 -> AudioTagBody.MP3_FORMAT;
            case HEVC, AV1, VP9, OPUS, FLAC, AC3, EAC3 -> Integer.toUnsignedLong(FourCc.of(codec).code());
        };
    }

    /** Removes the fields that apply only to files from a script body. Returns other or unreadable data unchanged. */
    static ByteBuffer live(ByteBuffer body) {
        try {
            List<AmfValue> values = new Amf0Reader(body.duplicate(), Amf0Reader.Limits.DATA).readAll();
            if (values.size() < 2 || !values.getFirst().equals(new AmfValue.Text(NAME))
                    || !(values.get(1) instanceof AmfValue.Keyed keyed)) {
                return body;
            }
            SequencedMap<String, AmfValue> fields = new LinkedHashMap<>(keyed.fields());
            fields.keySet().removeAll(OF_FILES);
            return written(List.of(values.getFirst(), new AmfValue.EcmaArray(fields)));
        } catch (MediaException _) {
            return body;
        }
    }

    private static void put(SequencedMap<String, AmfValue> fields, String key, double value) {
        fields.put(key, new AmfValue.Number(value));
    }

    private static ByteBuffer written(List<AmfValue> values) {
        var out = new ByteWriter();
        new Amf0Writer(out).values(values);
        return ByteBuffer.wrap(out.toByteArray());
    }
}
