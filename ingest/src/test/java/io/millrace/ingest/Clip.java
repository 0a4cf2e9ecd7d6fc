package io.millrace.ingest;

import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Two seconds of what FFmpeg publishes; see resources/ingest/README.md. */
public final class Clip {
    public static final List<FlvTag> TAGS = tags();

    private Clip() {}

    private static List<FlvTag> tags() {
        try (InputStream in = Clip.class.getResourceAsStream("/ingest/clip.flv")) {
            var bytes = ByteBuffer.wrap(in.readAllBytes());
            var reader = new FlvReader(1 << 20);
            List<FlvTag> tags = new ArrayList<>();
            while (bytes.hasRemaining()) {
                reader.read(bytes).ifPresent(tags::add);
            }
            return List.copyOf(tags);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
