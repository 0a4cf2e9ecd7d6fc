package io.millrace.launcher.cluster;

import io.millrace.media.codec.Codec;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.TagBodyWriter;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.media.rtmp.MediaKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A frame of an artificial stream that contains its own identity, so that received frames can be compared with sent
 * ones: {@code [s02p0001v000123t1795346000123]} for stream, publish, kind, number and time of sending.
 *
 * <p>H.264 with an SEI message that contains the name and a slice of noise; AAC whose access unit is the name.
 *
 * @param name the identity, without the brackets
 */
record NumberedFrame(MediaKind kind, long timestampMs, String name, ByteBuffer body) {
    /** 25 frames per second. */
    static final int VIDEO_MS = 40;
    static final int GOP_FRAMES = 25;
    /** 1024 samples at 16 kHz: exactly 64 ms. */
    static final int AUDIO_MS = 64;

    /** Written by FFmpeg's libx264: High, level 3.1, 640x360. */
    private static final ByteBuffer AVC_RECORD = hex("0164001fffe1001c6764001fac54110280bfe5c04400000300040000"
            + "0300f03c60c4118001000668e84394b22cfdf8f800");
    /** LC, 16 kHz, mono. */
    private static final ByteBuffer AAC_RECORD = hex("1408");
    private static final String SEI_UUID = "millrace-numbers";
    private static final int SLICE_BYTES = 300;
    private static final Pattern NAME = Pattern.compile("\\[(s\\d{2}p\\d{4}[va]\\d{6}t\\d{13})]");

    /** Returns the messages before the first frame of a publish. */
    static List<NumberedFrame> configs() {
        return List.of(
                new NumberedFrame(MediaKind.VIDEO, 0, "",
                        TagBodyWriter.write(new VideoTagBody.Config(Codec.AVC, AVC_RECORD.duplicate()))),
                new NumberedFrame(MediaKind.AUDIO, 0, "",
                        TagBodyWriter.write(new AudioTagBody.Config(Codec.AAC, AAC_RECORD.duplicate()))));
    }

    static NumberedFrame video(int stream, int publish, int number, long nowMs) {
        String name = name(stream, publish, 'v', number, nowMs);
        boolean key = number % GOP_FRAMES == 0;
        byte[] words = (SEI_UUID + '[' + name + ']').getBytes(StandardCharsets.US_ASCII);
        ByteBuffer units = ByteBuffer.allocate(words.length + SLICE_BYTES + 32);
        units.putInt(words.length + 4).put((byte) 6).put((byte) 5).put((byte) words.length).put(words)
                .put((byte) 0x80);
        units.putInt(SLICE_BYTES + 1).put((byte) (key ? 0x65 : 0x41));
        for (int i = 0; i < SLICE_BYTES; i++) {
            units.put((byte) (0x80 | (number * 31 + i * 7)));
        }
        return new NumberedFrame(MediaKind.VIDEO, (long) number * VIDEO_MS, name,
                TagBodyWriter.write(new VideoTagBody.Frame(Codec.AVC, key, false, 0, units.flip())));
    }

    static NumberedFrame audio(int stream, int publish, int number, long nowMs) {
        String name = name(stream, publish, 'a', number, nowMs);
        ByteBuffer words = StandardCharsets.US_ASCII.encode('[' + name + ']');
        return new NumberedFrame(MediaKind.AUDIO, (long) number * AUDIO_MS, name,
                TagBodyWriter.write(new AudioTagBody.Frame(Codec.AAC, words)));
    }

    /** Returns the names of all frames in {@code media}, in order. */
    static Stream<String> names(ByteBuffer media) {
        Matcher matcher = NAME.matcher(StandardCharsets.ISO_8859_1.decode(media.duplicate()));
        return matcher.results().map(found -> found.group(1));
    }

    /** Returns when the frame was sent, ms since 1970. */
    static long sentMs(String name) {
        return Long.parseLong(name, name.length() - 13, name.length(), 10);
    }

    static int publish(String name) {
        return Integer.parseInt(name, 4, 8, 10);
    }

    /** Returns the frame's timestamp within its publish, ms. */
    static long timestampMs(String name) {
        return Long.parseLong(name, 9, 15, 10) * (isVideo(name) ? VIDEO_MS : AUDIO_MS);
    }

    static boolean isKeyframe(String name) {
        return isVideo(name) && Long.parseLong(name, 9, 15, 10) % GOP_FRAMES == 0;
    }

    static boolean isVideo(String name) {
        return name.charAt(8) == 'v';
    }

    private static String name(int stream, int publish, char kind, int number, long nowMs) {
        return "s%02dp%04d%c%06dt%013d".formatted(stream, publish, kind, number, nowMs);
    }

    private static ByteBuffer hex(String digits) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(digits)).asReadOnlyBuffer();
    }
}
