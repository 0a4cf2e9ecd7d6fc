package io.millrace.launcher.e2e;

import io.millrace.launcher.RequiredTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.Loader;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * FFmpeg 8, which supports publishing Enhanced RTMP. Comes from a jar and uses some system libraries that Debian's
 * FFmpeg installs.
 */
final class Ffmpeg8 {
    private final String program;

    /** @param cache directory to unpack it in, 86 MB */
    Ffmpeg8(Path cache) throws IOException, InterruptedException {
        System.setProperty("org.bytedeco.javacpp.cachedir", cache.toString());
        program = Loader.load(org.bytedeco.ffmpeg.ffmpeg.class);
        Process version = new ProcessBuilder(program, "-version").redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        RequiredTool.check(version.waitFor() == 0,
                "needs the system libraries of FFmpeg 8; install Debian's (apt-get install ffmpeg)");
    }

    /** Encodes test pictures and tones to an FLV file; the caller chooses tracks and codecs. */
    void make(Path flv, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("-y"));
        command.addAll(arguments);
        command.add(flv.toString());
        Path log = flv.resolveSibling("make.log");
        Process process = start(command, log);
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("FFmpeg 8 ends").isTrue();
        assertThat(process.exitValue()).as("FFmpeg 8 encodes: %s", Files.readString(log)).isZero();
    }

    /** Plays {@code url} as a player that announces its Enhanced RTMP codecs. */
    RtmpPlayer play(String url, List<String> fourCcs, Path dir, String name) throws IOException {
        return RtmpPlayer.ffmpeg(program, List.of("-rtmp_enhanced_codecs", String.join(",", fourCcs)), url, dir, name);
    }

    /**
     * Publishes every track of {@code flv} in real time, unchanged and in a loop, until {@code destroy} ends it, and
     * writes the same tags to a file.
     */
    Process publishAndWrite(Path flv, String url, Path same, Path log) throws IOException {
        return start(List.of("-re", "-stream_loop", "-1", "-i", flv.toString(), "-map", "0", "-c", "copy", "-f", "tee",
                "[f=flv]" + url.replace(":", "\\:") + "|[f=flv]" + same), log);
    }

    /** Publishes {@code flv} unchanged as fast as the server accepts it, and returns when it is done. */
    void publishAtOnce(Path flv, String url) throws IOException, InterruptedException {
        said(List.of("-i", flv.toString(), "-map", "0", "-c", "copy", "-f", "flv", url));
    }

    /** Returns the coded access units of one kind ({@code v} or {@code a}), in order. */
    List<CodedFrame> coded(Path media, String kind, String... options) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("-i", media.toString(), "-map", "0:" + kind, "-c", "copy"));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of("-f", "framemd5", "-"));
        return CodedFrame.parse(said(arguments));
    }

    /** Returns hashes of the decoded video frames in presentation order. */
    List<String> decodedHashes(Path media) throws IOException, InterruptedException {
        return CodedFrame.parse(said(List.of("-i", media.toString(), "-map", "0:v", "-fps_mode", "passthrough", "-f",
                "framemd5", "-"))).stream().map(CodedFrame::hash).toList();
    }

    /** Decodes everything and fails at FFmpeg's first error message. */
    void assertDecodesWithoutErrors(Path media) throws IOException, InterruptedException {
        assertThat(said(List.of("-xerror", "-err_detect", "explode", "-i", media.toString(), "-f", "null", "-")))
                .as("ffmpeg 8 -xerror on %s", media).isEmpty();
    }

    /** Returns FFmpeg's description of the streams. */
    String describe(Path media) throws IOException, InterruptedException {
        return String.join("\n",
                said(List.of("-v", "info", "-i", media.toString(), "-c", "copy", "-t", "0", "-f", "null",
                        "-")));
    }

    private List<String> said(List<String> arguments) throws IOException, InterruptedException {
        Path out = Files.createTempFile("ffmpeg8", ".out");
        Process process = start(arguments, out);
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("FFmpeg 8 ends").isTrue();
        List<String> lines = Files.readAllLines(out);
        assertThat(process.exitValue()).as("%s: %s", arguments, lines).isZero();
        Files.delete(out);
        return lines;
    }

    private Process start(List<String> arguments, Path log) throws IOException {
        List<String> command = new ArrayList<>(List.of(program, "-v", "error", "-nostdin"));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }
}
