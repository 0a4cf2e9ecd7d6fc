package io.millrace.launcher.e2e;

import java.io.IOException;
import java.nio.file.Path;

/** A clip that FFmpeg publishes in a loop, in real time, until it is closed. */
record LoopedClip(Path file, Process encoder) implements AutoCloseable {
    private static final int FPS = 15;
    private static final int SEGMENT_SECONDS = 2;

    /** Makes a clip of 15 pictures per second with segments of two seconds, and publishes it to {@code url}. */
    static LoopedClip publish(Ffmpeg ffmpeg, Path dir, int seconds, String url)
            throws IOException, InterruptedException {
        Path file = dir.resolve("clip.flv");
        ffmpeg.makeClip(file, seconds, SEGMENT_SECONDS * FPS, "-r", String.valueOf(FPS));
        return new LoopedClip(file, ffmpeg.publishForEver(file, url, dir.resolve("publish.log")));
    }

    @Override
    public void close() {
        encoder.destroy();
        encoder.onExit().join();
    }
}
