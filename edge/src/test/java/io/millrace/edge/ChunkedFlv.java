package io.millrace.edge;

import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Reads a chunked HTTP-FLV response tag by tag, with so little memory that a test can open a thousand. */
final class ChunkedFlv implements Closeable {
    private static final int LONGEST_LINE = 1_000;

    private final InputStream in;
    private final FlvReader reader = new FlvReader(1 << 16);
    private ByteBuffer chunk = ByteBuffer.allocate(0);
    private int status;

    ChunkedFlv(InputStream in) {
        this.in = new BufferedInputStream(in, 4_096);
    }

    int status() throws IOException {
        if (status == 0) {
            status = Integer.parseInt(line().split(" ", 3)[1]);
            while (!line().isEmpty()) {
                // The response headers are tested elsewhere.
            }
        }
        return status;
    }

    FlvTag next() throws IOException {
        while (true) {
            var tag = reader.read(chunk);
            if (tag.isPresent()) {
                return tag.get();
            }
            int size = Integer.parseInt(line(), 16);
            if (size == 0) {
                throw new EOFException("the stream has ended");
            }
            chunk = ByteBuffer.wrap(in.readNBytes(size));
            line();
        }
    }

    private String line() throws IOException {
        var text = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0 || text.length() > LONGEST_LINE) {
                throw new EOFException("no line: " + text);
            }
            text.append((char) b);
        }
        return text.toString().strip();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
