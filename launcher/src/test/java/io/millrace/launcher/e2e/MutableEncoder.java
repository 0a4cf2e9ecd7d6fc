package io.millrace.launcher.e2e;

import io.millrace.media.flv.FlvHeader;
import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.FlvWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An FFmpeg that publishes a clip again and again in real time, and whose sound ends when the test says so. Thread-safe.
 */
final class MutableEncoder implements AutoCloseable {
    private static final int MAX_BODY_BYTES = 1 << 20;
    /** Between the last tag of the clip and the first of its repetition. */
    private static final int SEAM_MS = 50;

    private final List<FlvTag> clip;
    private final Process ffmpeg;
    private volatile boolean mute;

    /** Starts to publish {@code flv} to {@code url}. */
    MutableEncoder(Ffmpeg ffmpeg, Path flv, String url, Path log) throws IOException {
        clip = new FlvReader(MAX_BODY_BYTES).readAll(ByteBuffer.wrap(Files.readAllBytes(flv)));
        this.ffmpeg = ffmpeg.publishInput(url, log);
        Thread.ofVirtual().start(this::feed);
    }

    /** Sends no sound from now on. */
    void mute() {
        mute = true;
    }

    boolean isAlive() {
        return ffmpeg.isAlive();
    }

    private void feed() {
        try (OutputStream out = ffmpeg.getOutputStream()) {
            out.write(FlvWriter.header(new FlvHeader(true, true)));
            for (int fromMs = 0;; fromMs += clip.getLast().timestampMs() + SEAM_MS) {
                for (FlvTag tag : clip) {
                    if (!mute || tag.type() == FlvTag.Type.VIDEO) {
                        out.write(FlvWriter.tag(new FlvTag(tag.type(), fromMs + tag.timestampMs(), tag.body())));
                    }
                }
            }
        } catch (IOException _) {
            // FFmpeg has ended.
        }
    }

    @Override
    public void close() {
        ffmpeg.destroy();
        ffmpeg.onExit().join();
    }
}
