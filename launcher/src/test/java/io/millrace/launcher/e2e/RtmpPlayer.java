package io.millrace.launcher.e2e;

import io.millrace.launcher.RequiredTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** A real RTMP player that writes what it receives to an FLV file, until the stream ends. */
final class RtmpPlayer implements AutoCloseable {
    private static final long END_SECONDS = 300;

    private final String name;
    private final Path file;
    private final Path log;
    private final Process process;

    private RtmpPlayer(String name, Path file, Path log, List<String> command) throws IOException {
        this.name = name;
        this.file = file;
        this.log = log;
        process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    /** FFmpeg, which remuxes to its own tags. */
    static RtmpPlayer ffmpeg(String url, Path dir, String name) throws IOException {
        return ffmpeg(RequiredTool.find("ffmpeg").toString(), List.of(), url, dir, name);
    }

    /** @param options before the URL */
    static RtmpPlayer ffmpeg(String program, List<String> options, String url, Path dir, String name)
            throws IOException {
        Path file = dir.resolve(name + ".flv");
        List<String> command = new ArrayList<>(List.of(program, "-v", "error", "-nostdin", "-y"));
        command.addAll(options);
        command.addAll(List.of("-i", url, "-map", "0", "-c", "copy", file.toString()));
        return new RtmpPlayer(name, file, dir.resolve(name + ".log"), command);
    }

    /** librtmp, which writes what it receives unchanged. */
    static RtmpPlayer rtmpdump(String url, Path dir, String name) throws IOException {
        Path file = dir.resolve(name + ".flv");
        return new RtmpPlayer(name, file, dir.resolve(name + ".log"),
                List.of(RequiredTool.find("rtmpdump").toString(), "-q", "--live", "-r", url, "-o", file.toString()));
    }

    static RtmpPlayer gstreamer(String url, Path dir, String name) throws IOException {
        Path file = dir.resolve(name + ".flv");
        return new RtmpPlayer(name, file, dir.resolve(name + ".log"),
                List.of(RequiredTool.find("gst-launch-1.0").toString(), "-q", "rtmp2src", "location=" + url, "!",
                        "filesink", "location=" + file));
    }

    /** Returns the number of bytes so far. */
    long sizeBytes() throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Returns what it has written, after it has ended by itself. */
    Path recording() throws IOException, InterruptedException {
        assertThat(process.waitFor(END_SECONDS, TimeUnit.SECONDS)).as("%s ends with the stream; it says %s", name,
                Files.readString(log)).isTrue();
        assertThat(file).as("%s says %s", name, Files.readString(log)).exists();
        return file;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
