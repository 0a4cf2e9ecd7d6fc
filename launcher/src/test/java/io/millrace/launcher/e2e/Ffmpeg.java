package io.millrace.launcher.e2e;

import io.millrace.launcher.RequiredTool;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** FFmpeg, as encoder and as judge. A test that uses it is skipped if it is not installed. */
final class Ffmpeg {
    /**
     * Filters of FFmpeg and ffplay that log checksums. A line is printed in pieces, possibly interrupted by a line of
     * the other filter.
     */
    enum Shown {
        /** One per video frame. */
        PICTURES("showinfo", "checksum:([0-9A-F]{8}) plane_checksum:"),
        /** One per 1024 samples. */
        SOUND("ashowinfo", "nb_samples:\\d+ checksum:([0-9A-F]{8})");

        final String filter;
        private final Pattern checksum;

        Shown(String filter, String checksum) {
            this.filter = filter;
            this.checksum = Pattern.compile(checksum);
        }

        /** In order. */
        List<String> checksums(Path log) throws IOException {
            return checksum.matcher(Files.readString(log, StandardCharsets.ISO_8859_1)).results()
                    .map(found -> found.group(1)).toList();
        }
    }

    /** Exit code after {@code destroy}, and only then. */
    static final int ENDED_BY_SIGNAL = 255;

    private final Path ffmpeg = RequiredTool.find("ffmpeg");

    /**
     * Encodes a test picture and a tone as H.264 with B-frames and AAC, with GOPs of {@code gopFrames} at 30 frames per
     * second.
     */
    void makeClip(Path flv, int seconds, int gopFrames, String... more) throws IOException, InterruptedException {
        List<String> args = new ArrayList<>(List.of("-y", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30", "-f",
                "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-t", String.valueOf(seconds), "-c:v", "libx264",
                "-preset", "veryfast", "-bf", "2", "-g", String.valueOf(gopFrames), "-keyint_min",
                String.valueOf(gopFrames), "-sc_threshold", "0", "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2"));
        args.addAll(List.of(more));
        args.add(flv.toString());
        run(args);
    }

    /**
     * Encodes a multivariant playlist {@code show.m3u8} of CMAF with segments of a GOP.
     *
     * @param inputs inputs, maps and codecs
     * @param streams the renditions as in {@code -var_stream_map}
     */
    void makeHls(Path dir, List<String> inputs, int seconds, int gopFrames, String streams)
            throws IOException, InterruptedException {
        List<String> args = new ArrayList<>(List.of("-y"));
        args.addAll(inputs);
        args.addAll(List.of("-t", String.valueOf(seconds), "-g", String.valueOf(gopFrames), "-keyint_min",
                String.valueOf(gopFrames), "-pix_fmt", "yuv420p", "-ac", "2", "-f", "hls", "-hls_time", "1",
                "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "init-%v.mp4",
                "-hls_segment_filename", dir.resolve("%v-%d.m4s").toString(), "-master_pl_name", "show.m3u8",
                "-var_stream_map", streams, dir.resolve("%v.m3u8").toString()));
        run(args);
    }

    /** Publishes {@code flv} in real time, unchanged; the process ends at the end of the clip. */
    Process publish(Path flv, String url, Path log) throws IOException {
        return publish(flv, 1, url, log);
    }

    /** As above, in a loop until it is killed or loses its server. */
    Process publishForEver(Path flv, String url, Path log) throws IOException {
        return publish(flv, 0, url, log);
    }

    /** As above, and writes what it publishes to {@code copy}, which is complete after {@code destroy}. */
    Process publishForEver(Path flv, String url, Path copy, Path log) throws IOException {
        return new ProcessBuilder(ffmpeg.toString(), "-hide_banner", "-nostdin", "-re", "-stream_loop", "-1", "-i",
                flv.toString(), "-c", "copy", "-map", "0", "-f", "tee",
                "[f=flv]" + url.replace(":", "\\:") + "|[f=flv]" + copy).redirectErrorStream(true)
                .redirectOutput(log.toFile()).start();
    }

    /** Publishes in real time the FLV stream that the caller writes to its input; waits for no track that lags behind. */
    Process publishInput(String url, Path log) throws IOException {
        return new ProcessBuilder(ffmpeg.toString(), "-hide_banner", "-re", "-f", "flv", "-i", "pipe:0", "-c", "copy",
                "-max_interleave_delta", "100000", "-f", "flv", url).redirectErrorStream(true)
                .redirectOutput(log.toFile()).start();
    }

    /** Publishes {@code flv} this many times as fast as the server accepts it, and returns when it is done. */
    void publishAtOnce(Path flv, int times, String url) throws IOException, InterruptedException {
        run(List.of("-stream_loop", String.valueOf(times - 1), "-i", flv.toString(), "-c", "copy", "-f", "flv", url));
    }

    private Process publish(Path flv, int times, String url, Path log) throws IOException {
        return new ProcessBuilder(ffmpeg.toString(), "-hide_banner", "-nostdin", "-re", "-stream_loop",
                String.valueOf(times - 1), "-i", flv.toString(), "-c", "copy", "-f", "flv", url)
                .redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    /** Watches {@code url} for this long and stores the received media unchanged. */
    void record(URI url, int seconds, Path file) throws IOException, InterruptedException {
        run(List.of("-y", "-i", url.toString(), "-t", String.valueOf(seconds), "-c", "copy", file.toString()));
    }

    /** Returns hashes of the coded access units of one kind ({@code v} or {@code a}), in order. */
    List<String> codedHashes(Path media, String kind, String... options) throws IOException, InterruptedException {
        List<String> args = new ArrayList<>(List.of("-i", media.toString(), "-map", "0:" + kind, "-c", "copy"));
        args.addAll(List.of(options));
        args.addAll(List.of("-f", "framemd5", "-"));
        return hashes(run(args));
    }

    /** Returns hashes of the decoded video frames in presentation order. */
    List<String> decodedHashes(Path media) throws IOException, InterruptedException {
        return hashes(run(List.of("-i", media.toString(), "-map", "0:v", "-fps_mode", "passthrough", "-f", "framemd5",
                "-")));
    }

    /** Returns checksums of the decoded video frames in order. */
    List<String> shown(Path media) throws IOException, InterruptedException {
        Path log = Files.createTempFile("shown", ".log");
        Process process = new ProcessBuilder(ffmpeg.toString(), "-hide_banner", "-nostats", "-nostdin", "-i",
                media.toString(), "-map", "0:v", "-fps_mode", "passthrough", "-vf", Shown.PICTURES.filter, "-f", "null",
                "-")
                .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        assertThat(process.waitFor()).as("exit code of ffmpeg on %s: %s", media, log).isZero();
        List<String> checksums = Shown.PICTURES.checksums(log);
        Files.delete(log);
        return checksums;
    }

    /** Decodes everything and fails at FFmpeg's first error message. */
    void assertDecodesWithoutErrors(Path media) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(ffmpeg.toString(), "-v", "error", "-nostdin", "-xerror", "-err_detect",
                "explode", "-i", media.toString(), "-f", "null", "-").redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("exit code of ffmpeg -xerror on %s: %s", media, said).isZero();
        assertThat(said).as("ffmpeg -xerror on %s", media).isEmpty();
    }

    private List<String> run(List<String> args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(ffmpeg.toString(), "-v", "error", "-nostdin"));
        command.addAll(args);
        Path errors = Files.createTempFile("ffmpeg", ".log");
        Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines()
                .toList();
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("ffmpeg ends").isTrue();
        assertThat(process.exitValue()).as("%s: %s", command, Files.readString(errors)).isZero();
        Files.delete(errors);
        return lines;
    }

    /** Lines are {@code stream, dts, pts, duration, size, hash}, in some followed by side data. */
    private static List<String> hashes(List<String> framemd5) {
        return framemd5.stream().filter(line -> !line.startsWith("#")).map(line -> line.split(",")[5].trim()).toList();
    }
}
