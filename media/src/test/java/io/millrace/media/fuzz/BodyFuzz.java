package io.millrace.media.fuzz;

import io.millrace.media.amf.Amf0Reader;
import io.millrace.media.amf.Amf0Writer;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Av1TemporalUnit;
import io.millrace.media.codec.Captions;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.HevcNal;
import io.millrace.media.codec.NalUnits;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.codec.Vp9Config;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.PlayerTagBody;
import io.millrace.media.flv.TagBodyWriter;
import io.millrace.media.flv.VideoTagBody;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Contents of a publisher's messages. Run by Jazzer; a value or a {@link MediaException} is accepted, anything else is
 * a finding.
 */
public final class BodyFuzz {
    private BodyFuzz() {}

    /** AMF0 and the AMF3 within it; values that were read are written and must be equal when read again. */
    public static final class Amf {
        private Amf() {}

        public static void fuzzerTestOneInput(byte[] input) {
            try {
                List<AmfValue> values = new Amf0Reader(ByteBuffer.wrap(input), Amf0Reader.Limits.DATA).readAll();
                ByteWriter out = new ByteWriter();
                new Amf0Writer(out).values(values);
                List<AmfValue> again = new Amf0Reader(out.view(), Amf0Reader.Limits.DATA).readAll();
                if (!again.equals(values)) {
                    throw new IllegalStateException(values + " became " + again);
                }
            } catch (MediaException | IllegalArgumentException fault) {
                // AMF3 allows empty keys and AMF0 does not; the writer rejects them.
            }
        }
    }

    /** FLV tag bodies with legacy and enhanced headers. */
    public static final class TagBody {
        private TagBody() {}

        public static void fuzzerTestOneInput(byte[] input) {
            parse(ByteBuffer.wrap(input));
        }
    }

    /** The first byte selects the codec whose configuration follows; a frame follows after a byte FF. */
    public static final class Config {
        private Config() {}

        public static void fuzzerTestOneInput(byte[] input) {
            if (input.length == 0) {
                return;
            }
            Codec codec = Codec.values()[(input[0] & 0xFF) % Codec.values().length];
            try {
                CodecConfig config = CodecConfig.parse(codec, ByteBuffer.wrap(input, 1, input.length - 1));
                if (config.rfc6381().isEmpty()) {
                    throw new IllegalStateException("no codec string");
                }
                if (!CodecConfig.parse(codec, config.record()).equals(config)) {
                    throw new IllegalStateException("its record parses to another configuration");
                }
                frame(config, ByteBuffer.wrap(input, 1, input.length - 1));
            } catch (MediaException fault) {
                // The session continues without it.
            }
        }
    }

    /** An FLV file. */
    public static final class File {
        private File() {}

        public static void fuzzerTestOneInput(byte[] input) {
            try {
                FlvReader reader = new FlvReader(1 << 20);
                ByteBuffer in = ByteBuffer.wrap(input);
                reader.read(in).ifPresent(tag -> parse(tag.body()));
                while (reader.read(in).isPresent()) {
                    // Reads on to the end.
                }
            } catch (MediaException fault) {
                // Not FLV.
            }
        }
    }

    static void parse(ByteBuffer body) {
        int position = body.position();
        try {
            VideoTagBody.parseTracks(body).tracks().forEach(track -> video(track.body()));
            Optional<ByteBuffer> player = PlayerTagBody.video(body);
            player.ifPresent(VideoTagBody::parse);
        } catch (MediaException fault) {
            // Dropped and counted.
        }
        try {
            AudioTagBody.parseTracks(body).tracks().forEach(track -> audio(track.body()));
            Optional<ByteBuffer> player = PlayerTagBody.audio(body);
            player.ifPresent(AudioTagBody::parse);
        } catch (MediaException fault) {
            // Dropped and counted.
        }
        if (body.position() != position) {
            throw new IllegalStateException("the position moved");
        }
    }

    private static void video(VideoTagBody body) {
        if (!VideoTagBody.parse(TagBodyWriter.write(body)).equals(body)) {
            throw new IllegalStateException("read and written: " + body);
        }
        switch (body) {
            case VideoTagBody.Config(Codec codec, ByteBuffer record) -> CodecConfig.parse(codec, record);
            case VideoTagBody.Frame frame -> {
                switch (frame.codec()) {
                    case AVC -> {
                        NalUnits.containsIdr(frame.data(), 4);
                        NalUnits.hasRecoveryPoint(frame.data(), 4);
                        Captions.ofAvc(frame.data(), 4);
                    }
                    case HEVC -> {
                        HevcNal.containsIrap(frame.data(), 4);
                        Captions.ofHevc(frame.data(), 4);
                    }
                    case AV1 -> Av1TemporalUnit.isKey(frame.data());
                    case VP9 -> Vp9Config.isKey(frame.data());
                    case AAC, OPUS, FLAC, MP3, AC3, EAC3 -> throw new IllegalStateException("sound in video");
                }
            }
            case VideoTagBody.End _,VideoTagBody.Metadata _,VideoTagBody.Command _ -> {
            }
        }
    }

    private static void audio(AudioTagBody body) {
        if (!AudioTagBody.parse(TagBodyWriter.write(body)).equals(body)) {
            throw new IllegalStateException("read and written: " + body);
        }
        switch (body) {
            case AudioTagBody.Config(Codec codec, ByteBuffer record) -> CodecConfig.parse(codec, record);
            case AudioTagBody.Frame(Codec codec, ByteBuffer data) ->
                codec.inBand(data).ifPresent(config -> frame(config, data));
            case AudioTagBody.MultichannelConfig _,AudioTagBody.Silence _ -> {
            }
        }
    }

    private static void frame(CodecConfig config, ByteBuffer data) {
        switch (config) {
            case AudioConfig audio -> {
                if (audio.frameSamples(data) < 0) {
                    throw new IllegalStateException("a frame of negative length");
                }
            }
            case VideoConfig video -> {
                if (video.width() < 0 || video.height() < 0 || video.width() > 1 << 16 || video.height() > 1 << 16) {
                    throw new IllegalStateException(video.width() + "x" + video.height());
                }
            }
        }
    }
}
