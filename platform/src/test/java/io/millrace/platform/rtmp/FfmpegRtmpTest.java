package io.millrace.platform.rtmp;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.StreamName;
import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.platform.net.ProxySources;
import io.millrace.platform.publish.PublishSink;
import io.millrace.platform.tls.ServerCertificate;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static io.millrace.platform.rtmp.RecordingApplication.awaitNext;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

/** Our server with FFmpeg as its client, and our client with FFmpeg as its server. */
@Tag("slow")
class FfmpegRtmpTest {
    private static final int LISTEN_PORT = 11_935;
    private static final List<String> SOURCE = List.of("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-f",
            "lavfi",
            "-i", "sine=frequency=440:sample_rate=48000", "-t", "3", "-map", "0", "-map", "1", "-c:v", "libx264",
            "-preset",
            "veryfast", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "aac");

    @TempDir
    Path directory;

    @BeforeAll
    static void needsFfmpeg() throws InterruptedException {
        try {
            new ProcessBuilder("ffmpeg", "-version").redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        } catch (IOException _) {
            System.err.println("SKIPPED FfmpegRtmpTest: install ffmpeg (apt-get install ffmpeg)");
            abort("ffmpeg is not installed");
        }
    }

    @Test
    void receivesPublishOfFfmpeg() throws Exception {
        List<FlvTag> received = publish(SOURCE);
        assertThat(media(received)).hasSizeGreaterThan(200).isEqualTo(media(tags(directory.resolve("same.flv"))));
        assertThat(received.getFirst().type()).isEqualTo(FlvTag.Type.SCRIPT);
    }

    @Test
    void receivesRtmpsPublishOfFfmpeg() throws Exception {
        Path certificateFile = directory.resolve("tls.crt");
        Path keyFile = directory.resolve("tls.key");
        TestCertificate.make("rtmps", "EC", directory).write(certificateFile, keyFile);
        RecordingApplication application = new RecordingApplication();
        try (ServerCertificate certificate = ServerCertificate.open("RTMPS", certificateFile, keyFile, List.of());
                RtmpServer server = new RtmpServer(application, new RtmpMeters(new SimpleMeterRegistry()),
                        new RtmpServerSettings(certificate, ProxySources.NONE, PatientLimits.LIMITS))) {
            for (int port : new int[]{server.bindTls("127.0.0.1", 0), server.bind("127.0.0.1", 0)}) {
                List<String> arguments = new ArrayList<>(SOURCE);
                arguments.addAll(List.of("-f", "flv", "rtmps://127.0.0.1:" + port + "/live/show?token=x"));
                Process ffmpeg = ffmpeg(arguments);
                assertThat(ffmpeg.waitFor(120, TimeUnit.SECONDS)).isTrue();
                assertThat(ffmpeg.exitValue()).as(Files.readString(directory.resolve("ffmpeg.log"))).isZero();
                assertThat(awaitNext(application.requests).query()).isEqualTo("token=x");
                assertThat(awaitNext(application.ends).end()).isEqualTo(PublishSink.End.UNPUBLISHED);
                assertThat(application.drainMessages()).hasSizeGreaterThan(200);
            }
        }
    }

    /** As a session does after 4 h 39 min 37 s. Frames take several chunks, whose headers repeat the timestamp. */
    @Test
    void receivesExtendedTimestampsOfFfmpeg() throws Exception {
        List<FlvTag> received = publish(List.of("-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25", "-t", "2", "-vf",
                "noise=alls=60:allf=t", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-pix_fmt", "yuv420p",
                "-output_ts_offset", "16776.5", "-map", "0"));
        assertThat(media(received)).isEqualTo(media(tags(directory.resolve("same.flv"))));
        assertThat(media(received)).extracting(FlvTag::timestampMs).anyMatch(ms -> ms < 0xFF_FFFF)
                .anyMatch(ms -> ms > 0x100_0000);
        assertThat(media(received)).filteredOn(tag -> tag.timestampMs() > 0x100_0000)
                .anyMatch(tag -> tag.body().remaining() > 2 * 65_536);
    }

    /** Returns what the server receives of one publish; FFmpeg writes the same packets to {@code same.flv}. */
    private List<FlvTag> publish(List<String> source) throws Exception {
        RecordingApplication application = new RecordingApplication();
        try (RtmpServer server = new RtmpServer(application, new RtmpMeters(new SimpleMeterRegistry()),
                PatientLimits.SETTINGS)) {
            int port = server.bind("127.0.0.1", 0);
            List<String> arguments = new ArrayList<>(source);
            arguments.addAll(List.of("-f", "tee", "[f=flv]rtmp\\://127.0.0.1\\:" + port
                    + "/live/show?token=x|[f=flv]" + directory.resolve("same.flv")));
            assertThat(ffmpeg(arguments).waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(awaitNext(application.requests).stream()).isEqualTo(new StreamName("live/show"));
            assertThat(awaitNext(application.ends).end()).isEqualTo(PublishSink.End.UNPUBLISHED);
        }
        return application.drainMessages().stream()
                .map(m -> new FlvTag(type(m.kind()), (int) m.timestampMs(), m.body()))
                .toList();
    }

    @Test
    void ffmpegPrintsReasonOfRefusal() throws Exception {
        RecordingApplication application = new RecordingApplication();
        try (RtmpServer server = new RtmpServer(application, new RtmpMeters(new SimpleMeterRegistry()),
                PatientLimits.SETTINGS)) {
            int port = server.bind("127.0.0.1", 0);
            List<String> arguments = new ArrayList<>(SOURCE);
            arguments.addAll(List.of("-f", "flv", "rtmp://127.0.0.1:" + port + "/api/show"));
            Process ffmpeg = ffmpeg(arguments);
            assertThat(ffmpeg.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(ffmpeg.exitValue()).isNotZero();
        }
        assertThat(directory.resolve("ffmpeg.log")).content()
                .contains("a stream name does not begin with api, assets or t");
    }

    /** As a player, FFmpeg verifies the digest of S1 and the signature of S2, and disconnects if one of them is wrong. */
    @Test
    void ffmpegAsPlayerAcceptsHandshake() throws Exception {
        try (RtmpServer server = new RtmpServer(new RecordingApplication(),
                new RtmpMeters(new SimpleMeterRegistry()), PatientLimits.SETTINGS)) {
            int port = server.bind("127.0.0.1", 0);
            Process ffmpeg = ffmpeg(List.of("-i", "rtmp://127.0.0.1:" + port + "/live/show", "-f", "null", "-"));
            assertThat(ffmpeg.waitFor(120, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(directory.resolve("ffmpeg.log")).content().contains("players are served elsewhere");
    }

    @Test
    void ffmpegReceivesPublishOfClient() throws Exception {
        Path source = directory.resolve("source.flv");
        List<String> arguments = new ArrayList<>(SOURCE);
        arguments.addAll(List.of("-f", "flv", source.toString()));
        assertThat(ffmpeg(arguments).waitFor(120, TimeUnit.SECONDS)).isTrue();

        Path copy = directory.resolve("copy.flv");
        // On an address of this process alone, because FFmpeg cannot report the port that it was given.
        String address = OwnLoopback.ADDRESS + ":" + LISTEN_PORT;
        Process listening = ffmpeg(
                List.of("-listen", "1", "-i", "rtmp://" + address + "/live/show", "-c", "copy",
                        copy.toString()));
        try (RtmpClient client = connect(address, listening)) {
            for (FlvTag tag : tags(source)) {
                client.send(kind(tag.type()), tag.timestampMs(), tag.body());
            }
        }
        assertThat(listening.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(media(tags(copy))).hasSizeGreaterThan(200).isEqualTo(media(tags(source)));
    }

    /** Retries until FFmpeg listens, which it does not report. */
    private static RtmpClient connect(String address, Process listening) throws Exception {
        while (true) {
            try {
                return PatientLimits.publish(URI.create("rtmp://" + address + "/live/show"));
            } catch (RtmpException failure) {
                if (!listening.isAlive() || !failure.getMessage().contains("Connection refused")) {
                    throw failure;
                }
                Thread.yield();
            }
        }
    }

    private Process ffmpeg(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error"));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("ffmpeg.log").toFile())).start();
    }

    private static List<FlvTag> tags(Path file) throws IOException {
        return new FlvReader(FlvTag.MAX_BODY_BYTES).readAll(ByteBuffer.wrap(Files.readAllBytes(file)));
    }

    /** Without metadata, because FFmpeg adds the duration and size to its file at the end. */
    private static List<FlvTag> media(List<FlvTag> tags) {
        return tags.stream().filter(t -> t.type() != FlvTag.Type.SCRIPT).toList();
    }

    private static FlvTag.Type type(PublishSink.Kind kind) {
        return switch (kind) {
            case AUDIO -> FlvTag.Type.AUDIO;
            case VIDEO -> FlvTag.Type.VIDEO;
            case DATA -> FlvTag.Type.SCRIPT;
        };
    }

    private static MediaKind kind(FlvTag.Type type) {
        return switch (type) {
            case AUDIO -> MediaKind.AUDIO;
            case VIDEO -> MediaKind.VIDEO;
            case SCRIPT, SCRIPT_AMF3 -> MediaKind.DATA;
        };
    }
}
