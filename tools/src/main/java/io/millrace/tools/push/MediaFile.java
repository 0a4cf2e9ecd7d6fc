package io.millrace.tools.push;

import io.millrace.media.bytes.UnsupportedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A media file as the messages of a publish session: metadata, then sequence headers, then frames in decoding order.
 * The format is detected from the first bytes, not from the name.
 *
 * <p>Confined to one thread. Faults of the file are {@link io.millrace.media.bytes.MediaException}s.
 */
sealed interface MediaFile extends AutoCloseable permits FlvFile, Mp4File {
    /** The clip of {@code millrace demo}. */
    String DEMO = "/demo/demo.flv";

    /** Returns the next message, empty at the end. */
    Optional<MediaMessage> next() throws IOException;

    /** Goes back to the first message. */
    void rewind() throws IOException;

    /** Number of video and audio tracks that are omitted. */
    default int tracksLeftOut() {
        return 0;
    }

    @Override
    void close() throws IOException;

    static MediaFile open(Path path) throws IOException {
        var channel = FileChannel.open(path);
        try {
            if (channel.size() == 0) {
                throw new IOException("it is empty");
            }
            String head = new String(FileBytes.read(channel, 0, (int) Math.min(8, channel.size())).array(),
                    StandardCharsets.ISO_8859_1);
            if (head.startsWith("FLV")) {
                channel.close();
                return new FlvFile(() -> Files.newInputStream(path));
            }
            if (head.length() == 8 && Mp4File.FIRST_BOXES.contains(head.substring(4))) {
                return new Mp4File(channel);
            }
            throw new UnsupportedException("file", "format", "unknown", "FLV and MP4");
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    static MediaFile demo() throws IOException {
        return new FlvFile(MediaFile::demoStream);
    }

    private static InputStream demoStream() throws IOException {
        InputStream stream = MediaFile.class.getResourceAsStream(DEMO);
        if (stream == null) {
            throw new IOException("the demo clip " + DEMO + " is missing from this build");
        }
        return stream;
    }
}
