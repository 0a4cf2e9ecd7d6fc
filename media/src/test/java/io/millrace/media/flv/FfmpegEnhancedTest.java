package io.millrace.media.flv;

import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Av1TemporalUnit;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.HevcNal;
import io.millrace.media.codec.NalUnits;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.codec.Vp9Config;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

/**
 * Reads FLV files with Enhanced RTMP that FFmpeg 8 wrote ({@code make-enhanced.sh}, beside them in the resources). The
 * expected tracks, {@code CODECS} and {@code WIDTHxHEIGHT} or {@code RATE/CHANNELS}, are those that ffprobe prints; VP9
 * has no size in its configuration.
 */
class FfmpegEnhancedTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            hevc-aac     | v0 hvc1.1.6.L30.90 162x90 | a0 mp4a.40.2 48000/2
            hdr-surround | v0 hvc1.2.4.L30.90 162x90 | a0 mp4a.40.2 48000/6
            av1-opus     | v0 av01.0.00M.08 162x90   | a0 Opus 48000/2
            vp9-flac     | v0 vp09.00.10.08 0x0      | a0 fLaC 48000/2
            avc-ac3      | v0 avc1.42c00a 96x54      | a0 ac-3 48000/2
            avc-eac3     | v0 avc1.42c00a 96x54      | a0 ec-3 48000/2
            avc-mp3      | v0 avc1.42c00a 96x54      | a0 mp4a.40.34 44100/1
            multitrack   | v0 avc1.42c00a 162x90, v1 avc1.42c00a 96x54      | a0 mp4a.40.2 48000/2, a1 mp4a.40.2 48000/2
            multicodec   | v0 hvc1.1.6.L30.90 162x90, v1 vp09.00.10.08 0x0  | a0 Opus 48000/2, a1 fLaC 48000/2
            """)
    void readsTracks(String file, String video, String audio) {
        var seen = new TreeMap<String, String>();
        for (FlvTag tag : tags(file)) {
            if (tag.type() == FlvTag.Type.VIDEO) {
                VideoTagBody.parseTracks(tag.body()).tracks().forEach(t -> {
                    if (t.body() instanceof VideoTagBody.Config(Codec codec, ByteBuffer record)
                            && record.hasRemaining()) {
                        var config = (VideoConfig) CodecConfig.parse(codec, record);
                        seen.put("v" + t.id(), config.rfc6381() + " " + config.width() + "x" + config.height());
                    }
                });
            } else if (tag.type() == FlvTag.Type.AUDIO) {
                AudioTagBody.parseTracks(tag.body()).tracks().forEach(t -> config(t.body()).ifPresent(config -> seen
                        .put("a" + t.id(), config.rfc6381() + " " + config.sampleRate() + "/" + config.channels())));
            }
        }
        List<String> expected = new ArrayList<>();
        for (String track : (audio + ", " + video).split(", ")) {
            expected.add(track.strip().replaceFirst(" ", "="));
        }
        assertThat(seen.entrySet()).extracting(Object::toString).containsExactlyElementsOf(expected);
    }

    private static Optional<AudioConfig> config(AudioTagBody body) {
        return switch (body) {
            case AudioTagBody.Config(Codec codec, ByteBuffer record) when !codec.isSelfDescribing() ->
                Optional.of((AudioConfig) CodecConfig.parse(codec, record));
            case AudioTagBody.Frame(Codec codec, ByteBuffer data) -> codec.inBand(data).map(AudioConfig.class::cast);
            default -> Optional.empty();
        };
    }

    /** A GOP has five frames, so 1.2 s contain one or two keyframes. */
    @ParameterizedTest
    @ValueSource(strings = {"hevc-aac", "hdr-surround", "av1-opus", "vp9-flac"})
    void flagsKeyframes(String file) {
        int keys = 0;
        int nalLengthSize = 4;
        for (FlvTag tag : tags(file)) {
            if (tag.type() == FlvTag.Type.VIDEO && VideoTagBody.parse(tag.body()) instanceof VideoTagBody.Frame frame) {
                boolean key = switch (frame.codec()) {
                    case AVC -> NalUnits.containsIdr(frame.data(), nalLengthSize);
                    case HEVC -> HevcNal.containsIrap(frame.data(), nalLengthSize);
                    case AV1 -> Av1TemporalUnit.isKey(frame.data());
                    case VP9 -> Vp9Config.isKey(frame.data());
                    case AAC, OPUS, FLAC, MP3, AC3, EAC3 -> throw new AssertionError(frame.codec());
                };
                assertThat(key).isEqualTo(frame.flaggedKey());
                keys += key ? 1 : 0;
            }
        }
        assertThat(keys).isBetween(1, 2);
    }

    /** The durations of the frames add up to the timestamps, rounded to a millisecond. */
    @ParameterizedTest
    @ValueSource(strings = {"av1-opus", "vp9-flac", "avc-ac3", "avc-eac3", "avc-mp3", "hevc-aac"})
    void readsAudioFrameDurations(String file) {
        AudioConfig config = null;
        double due = Double.NaN;
        int frames = 0;
        for (FlvTag tag : tags(file)) {
            if (tag.type() != FlvTag.Type.AUDIO) {
                continue;
            }
            AudioTagBody body = AudioTagBody.parse(tag.body());
            config = config(body).orElse(config);
            if (body instanceof AudioTagBody.Frame frame) {
                if (Double.isNaN(due)) {
                    due = tag.timestampMs();
                }
                // The first timestamp of Opus is clamped to 0, and the second includes the whole delay of the encoder.
                assertThat(due).isCloseTo(tag.timestampMs(), offset(8.0));
                due += config.frameSamples(frame.data()) * 1000.0 / config.sampleRate();
                frames++;
            }
        }
        assertThat(frames).isGreaterThan(10);
    }

    @Test
    void readsHdrColours() {
        ByteBuffer amf = tags("hdr-surround").stream().filter(t -> t.type() == FlvTag.Type.VIDEO)
                .map(t -> VideoTagBody.parse(t.body())).map(b -> b instanceof VideoTagBody.Metadata m ? m.amf() : null)
                .filter(Objects::nonNull).findFirst().orElseThrow();
        assertThat(new String(amf.array(), amf.arrayOffset() + amf.position(), amf.remaining(),
                StandardCharsets.ISO_8859_1)).contains("colorInfo", "matrixCoefficients");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hevc-aac", "hdr-surround", "av1-opus", "vp9-flac", "avc-ac3", "avc-eac3", "avc-mp3",
        "multitrack", "multicodec"})
    void playersReceiveOneTrack(String file) {
        for (FlvTag tag : tags(file)) {
            Optional<ByteBuffer> body = switch (tag.type()) {
                case VIDEO -> PlayerTagBody.video(tag.body());
                case AUDIO -> PlayerTagBody.audio(tag.body());
                case SCRIPT, SCRIPT_AMF3 -> Optional.empty();
            };
            body.ifPresent(b -> {
                int head = b.get(b.position()) & 0xFF;
                boolean enhanced = tag.type() == FlvTag.Type.VIDEO ? head >= 0x80 : head >>> 4 == 9;
                assertThat(enhanced ? head & 0x0F : 0).as("packet type").isLessThanOrEqualTo(3);
                if (enhanced) {
                    assertThat(FourCc.describe(b.getInt(b.position() + 1))).isNotIn("avc1", "mp4a", ".mp3");
                }
            });
        }
    }

    private static List<FlvTag> tags(String file) {
        try (InputStream in = FfmpegEnhancedTest.class.getResourceAsStream("enhanced-" + file + ".flv")) {
            return new FlvReader(1 << 20).readAll(ByteBuffer.wrap(in.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
