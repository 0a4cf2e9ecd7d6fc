package io.millrace.testkit;

import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.platform.rtmp.RtmpClient;
import io.millrace.platform.rtmp.RtmpException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Two seconds of a stream as FFmpeg publishes it; see resources/clip/README.md. */
public final class Clip {
    /** An hvcC record of x265 for 162x90, in hexadecimal. */
    public static final String HEVC_CONFIG = """
            0101600000009000000000001ef000fcfdf8f800000f03200001001840010c01ffff01600000030090000003000003001e95\
            9009210001002b42010101600000030090000003000003001ea0162061c449965644a4c2f016808000000300800000030284\
            22000100064401c073c189""";
    public static final List<FlvTag> TAGS = tags();

    private Clip() {}

    /** Sends the clip as an encoder does, but as fast as the server accepts it. Blocks until all of it is sent. */
    public static void send(RtmpClient client) throws RtmpException {
        for (FlvTag tag : TAGS) {
            send(client, tag, tag.timestampMs());
        }
    }

    /** Sends one tag with {@code timestampMs}, which differs from the tag's own timestamp if the clip is repeated. */
    public static void send(RtmpClient client, FlvTag tag, long timestampMs) throws RtmpException {
        client.send(switch (tag.type()) {
            case AUDIO -> MediaKind.AUDIO;
            case VIDEO -> MediaKind.VIDEO;
            case SCRIPT, SCRIPT_AMF3 -> MediaKind.DATA;
        }, timestampMs, tag.body().duplicate());
    }

    private static List<FlvTag> tags() {
        try (InputStream in = Clip.class.getResourceAsStream("/clip/clip.flv")) {
            return List.copyOf(new FlvReader(1 << 20).readAll(ByteBuffer.wrap(in.readAllBytes())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
