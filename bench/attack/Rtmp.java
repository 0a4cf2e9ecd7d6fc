import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** What peers of RTMP send, in chunks of 128 bytes, without waiting for any answer. No code of the server. */
final class Rtmp {
    static final int AUDIO = 8;
    static final int VIDEO = 9;
    static final int COMMAND = 20;

    private Rtmp() {}

    /** Handshake, connect, createStream, and {@code publish} or {@code play} of a name; none of these if {@code what} is empty. */
    static byte[] hello(String application, String what, String name) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] handshake = new byte[1 + 2 * 1536];
        handshake[0] = 3;
        out.writeBytes(handshake);
        command(out, 0, text("connect") + number(1) + "03" + field("app") + text(application) + "000009");
        command(out, 0, text("createStream") + number(2) + "05");
        if (!what.isEmpty()) {
            command(out, 1, text(what) + number(3) + "05" + text(name) + (what.equals("publish") ? text("live") : ""));
        }
        return out.toByteArray();
    }

    /** Reads until the server has accepted or refused what a connection wants, or has closed it. */
    static void awaitStatus(InputStream in) throws IOException {
        String wanted = "NetStream.";
        int matched = 0;
        for (int next = in.read(); next >= 0 && matched < wanted.length(); next = in.read()) {
            matched = next == wanted.charAt(matched) ? matched + 1 : next == wanted.charAt(0) ? 1 : 0;
        }
    }

    /** A request to publish on stream 1. */
    static byte[] publish(String name) {
        return oneCommand(1, text("publish") + number(3) + "05" + text(name) + text("live"));
    }

    /** Withdraws or ends what stream 1 does; it may be used again. */
    static byte[] closeStream() {
        return oneCommand(1, text("closeStream") + number(0) + "05");
    }

    /** Ends stream 1, as an encoder does that stops. */
    static byte[] deleteStream() {
        return oneCommand(0, text("deleteStream") + number(4) + "05" + number(1));
    }

    private static byte[] oneCommand(int stream, String body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        command(out, stream, body);
        return out.toByteArray();
    }

    /** Set Chunk Size. */
    static byte[] chunkSize(int sizeBytes) {
        return hex("02000000000004010000000000%06x".formatted(sizeBytes));
    }

    /** The head of a message on stream 1, with a timestamp in ms. */
    static byte[] head(int csid, int timestampMs, int sizeBytes, int type) {
        return hex("%02x%06x%06x%02x01000000".formatted(csid, timestampMs, sizeBytes, type));
    }

    /** A whole message on stream 1, in one chunk: not longer than the chunk size. */
    static byte[] message(int csid, int timestampMs, int type, byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(head(csid, timestampMs, body.length, type));
        out.writeBytes(body);
        return out.toByteArray();
    }

    /** AAC: AudioSpecificConfig of 44.1 kHz stereo, and a frame of so many bytes. */
    static byte[] audioConfig() {
        return hex("af001210");
    }

    static byte[] audioFrame(int sizeBytes) {
        byte[] frame = new byte[2 + sizeBytes];
        frame[0] = (byte) 0xAF;
        frame[1] = 1;
        return frame;
    }

    static void command(ByteArrayOutputStream out, int stream, String body) {
        byte[] bytes = hex(body);
        out.write(3);
        out.writeBytes(hex("000000%06x14%02x000000".formatted(bytes.length, stream)));
        for (int i = 0; i < bytes.length; i += 128) {
            if (i > 0) {
                out.write(0xC3);
            }
            out.write(bytes, i, Math.min(128, bytes.length - i));
        }
    }

    static String text(String text) {
        return "02" + field(text);
    }

    static String field(String text) {
        return "%04x".formatted(text.length()) + HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }

    static String number(double number) {
        return "00%016x".formatted(Double.doubleToLongBits(number));
    }

    static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
