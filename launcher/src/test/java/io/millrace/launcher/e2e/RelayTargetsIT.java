package io.millrace.launcher.e2e;

import io.millrace.launcher.RequiredTool;
import io.millrace.testkit.OwnLoopback;
import io.millrace.testkit.Patience;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Relays to a server that shares no code with Millrace: nginx-rtmp, which records what it receives. */
class RelayTargetsIT {
    private static final Path MODULE = Path.of("/usr/lib/nginx/modules/ngx_rtmp_module.so");
    private static final String KEY = "ak47SECRET";

    @TempDir
    Path dir;
    private final Ffmpeg ffmpeg = new Ffmpeg();

    @ParameterizedTest
    @ValueSource(strings = {"file", "api"})
    void nginxRecordsEveryFrame(String source) throws Exception {
        RequiredTool.check(Files.exists(MODULE), "needs nginx-rtmp (Debian: apt-get install libnginx-mod-rtmp)");
        Path clip = dir.resolve("clip.flv");
        ffmpeg.makeClip(clip, 5, 30);
        String rtmp = OwnLoopback.next();
        String relay = "\"streams\": \"live/show\", \"target\": \"rtmp://" + rtmp + "/record/" + KEY + "\"}";
        Path relays = Files.writeString(dir.resolve("relays.yaml"), "relays: [{\"name\": \"nginx\", " + relay + "]");
        try (ToolProcess _ = nginx(rtmp, OwnLoopback.next());
                Deployment millrace = Deployment.start(Deployment.Layout.ONE_PROCESS, dir, "--relays",
                        source.equals("file") ? relays.toString() : "none", "--grace", "1s")) {
            if (source.equals("api")) {
                define(millrace, "{" + relay);
            }
            assertThat(ffmpeg.publish(clip, millrace.rtmp() + "/live/show", dir.resolve("publish.log")).waitFor())
                    .isZero();
            Patience.await().until(() -> get(millrace).contains("\"state\":\"waiting\""));
            assertThat(get(millrace)).contains("\"name\":\"nginx\",\"stream\":\"live/show\",\"target\":\"rtmp://" + rtmp
                    + "/record/…\"").doesNotContain(KEY);
            assertThat(millrace.process(0).log()).contains("relay nginx publishes to").doesNotContain(KEY);
        }
        Path recorded = recorded();
        for (String kind : List.of("v", "a")) {
            assertThat(ffmpeg.codedHashes(recorded, kind)).isEqualTo(ffmpeg.codedHashes(clip, kind));
        }
        ffmpeg.assertDecodesWithoutErrors(recorded);
    }

    private static void define(Deployment millrace, String relay) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThat(client.send(HttpRequest.newBuilder(millrace.admin("/api/v1/relays/nginx"))
                    .PUT(HttpRequest.BodyPublishers.ofString(relay)).build(), HttpResponse.BodyHandlers.ofString())
                    .statusCode()).isEqualTo(200);
        }
    }

    private static String get(Deployment millrace) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(millrace.admin("/api/v1/relays")).build(),
                    HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    private ToolProcess nginx(String rtmp, String http) throws IOException {
        Path records = Files.createDirectories(dir.resolve("records"));
        Path config = Files.writeString(dir.resolve("nginx.conf"), """
                load_module %s;
                user root;
                daemon off;
                master_process off;
                pid %s/nginx.pid;
                error_log stderr;
                events {}
                rtmp { server { listen %s; application record { live on; record all; record_path %s; } } }
                http { access_log off; client_body_temp_path %s/body;
                    server { listen %s; location / { return 200; } } }
                """.formatted(MODULE, dir, rtmp, records, dir, http));
        return ToolProcess.start("nginx", List.of("-c", config.toString()), dir.resolve("nginx.log"),
                URI.create("http://" + http + "/"));
    }

    private Path recorded() throws IOException {
        try (Stream<Path> files = Files.list(dir.resolve("records"))) {
            return files.reduce((_, _) -> {
                throw new AssertionError("nginx has recorded several sessions");
            }).orElseThrow();
        }
    }
}
