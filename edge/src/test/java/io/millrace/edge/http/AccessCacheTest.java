package io.millrace.edge.http;

import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.net.ProxySources;
import io.millrace.testkit.SlowTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** nginx with the documented configuration in front of an edge whose viewers need tokens. */
@SlowTest
@Timeout(300)
class AccessCacheTest {
    private static final Path NGINX = Path.of("/usr/sbin/nginx");
    private static final Path CONFIG = Path.of("../compose/nginx/access.conf");
    private static final int VIEWERS = 100;
    private static final int CONCURRENT = 4;
    private static final int SEGMENTS = 10;
    /** Goal of the ratio of requests that the cache answers. */
    private static final double GOAL = 0.95;

    @TempDir
    private static Path directory;
    private static RestrictedServer edge;
    private static Socket held;
    private static int port;
    private static Process nginx;

    @BeforeAll
    static void start() throws IOException {
        boolean required = Boolean.parseBoolean(System.getenv("MILLRACE_REQUIRE_TOOLS"));
        Assumptions.assumeTrue(required || Files.isExecutable(NGINX), "needs nginx; apt-get install nginx");
        Path secret = Files.writeString(directory.resolve("secret"), RestrictedServer.SECRET);
        edge = new RestrictedServer(new AccessSettings(null, secret, null), ProxySources.parse("127.0.0.1"));
        // The bound socket keeps the port for nginx, which sets SO_REUSEADDR too.
        held = new Socket();
        held.setReuseAddress(true);
        held.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        port = held.getLocalPort();
        String config = Files.readString(CONFIG).replace("listen 80;", "listen 127.0.0.1:" + port + ";")
                .replace("server 10.0.0.11:8080;", "server 127.0.0.1:" + edge.port + ";")
                .replaceFirst("\\s*server 10\\.0\\.0\\.12:8080;", "").replace("/var/cache/nginx", directory + "/cache")
                .replace("worker_processes auto;", "worker_processes 1;\ndaemon off;\nmaster_process off;\npid "
                        + directory + "/pid;\nerror_log " + directory + "/error.log;")
                .replaceFirst("http \\{", "http {\n    access_log off;\n"
                        + Set.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi").stream()
                                .map(each -> each + "_temp_path " + directory + "/" + each + ";\n")
                                .reduce("", String::concat));
        Files.createDirectories(directory.resolve("cache"));
        Path file = Files.writeString(directory.resolve("nginx.conf"), config);
        nginx = new ProcessBuilder(NGINX.toString(), "-p", directory.toString(), "-c", file.toString(), "-e",
                directory.resolve("error.log").toString()).inheritIO().start();
        await().atMost(60, TimeUnit.SECONDS).until(() -> {
            assertThat(nginx.isAlive()).as(Files.exists(directory.resolve("error.log"))
                    ? Files.readString(directory.resolve("error.log"))
                    : "nginx").isTrue();
            try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return probe.isConnected();
            } catch (IOException _) {
                return false;
            }
        });
    }

    @AfterAll
    static void stop() throws Exception {
        if (nginx != null) {
            nginx.destroy();
            nginx.waitFor();
        }
        if (held != null) {
            held.close();
        }
        if (edge != null) {
            edge.close();
        }
    }

    /** Reports of players change with every request, wherever in the query they are. */
    @Test
    void reportsOfPlayersAreNoPartOfTheKey() throws IOException {
        String media = "/t/" + RestrictedServer.token("live/show", false, 600, null) + "/live/show/@17/ts/7.ts";
        List<String> queries = List.of("", "?CMCD=bl%3D1%2Csid%3D%22a%22", "?x=1", "?CMCD=bl%3D2&x=1",
                "?x=1&CMCD=bl%3D3", "?x=1&y=2", "?x=1&CMCD=bl%3D4&y=2", "?XCMCD=1", "?XCMCD=2");
        List<String> answers = new ArrayList<>();
        for (String query : queries) {
            RawHttp.Response answer = get("127.0.0.1", media + query);
            assertThat(answer.status()).as(query).isEqualTo(200);
            answers.add(answer.headers().get("x-cache-status"));
        }
        assertThat(answers).containsExactly("MISS", "HIT", "MISS", "HIT", "HIT", "MISS", "HIT", "MISS", "MISS");
    }

    /** One player: follows playlists as players do, by relative URLs. */
    private static final class Viewer implements AutoCloseable {
        private final RawHttp http;
        private final Map<String, AtomicInteger> answers;
        private final Map<String, Set<String>> bodies;

        Viewer(Map<String, AtomicInteger> answers, Map<String, Set<String>> bodies) throws IOException {
            http = new RawHttp(port);
            this.answers = answers;
            this.bodies = bodies;
        }

        /** Returns the body; follows a redirect. */
        private String get(String target) throws IOException {
            RawHttp.Response answer = http.get(target).read();
            answers.computeIfAbsent(answer.status() + " " + answer.headers().get("x-cache-status"),
                    _ -> new AtomicInteger()).incrementAndGet();
            if (answer.status() == 302) {
                return get(resolve(target, answer.headers().get("location")));
            }
            assertThat(answer.status()).as(target + " " + answer.body()).isEqualTo(200);
            bodies.computeIfAbsent(target.replaceFirst("^/t/[^/]+", ""), _ -> ConcurrentHashMap.newKeySet())
                    .add(answer.body());
            return answer.body();
        }

        private static String resolve(String base, String relative) {
            return java.net.URI.create(base.replaceFirst("\\?.*", "")).resolve(relative).toString();
        }

        /** Plays {@link #SEGMENTS} segments of each track; a live player loads the playlist once per segment. */
        Void watch(String token) throws IOException {
            String start = "/live/cmaf.m3u8";
            String below = "/t/" + token + start;
            for (String playlist : uris(get(start + "?token=" + token))) {
                String media = resolve(below, playlist);
                List<String> uris = uris(get(media));
                get(resolve(media, uris.getFirst()));
                for (int number = 0; number < SEGMENTS; number++) {
                    get(media);
                    get(resolve(media, uris.getLast().replaceFirst("[0-9]+\\.m4s$", number + ".m4s")));
                }
            }
            return null;
        }

        private static List<String> uris(String playlist) {
            List<String> uris = new ArrayList<>();
            playlist.lines().forEach(line -> {
                Matcher uri = Pattern.compile("#EXT-X-M(?:AP|EDIA):.*URI=\"([^\"]+)\".*").matcher(line);
                if (uri.matches()) {
                    uris.add(uri.group(1));
                } else if (!line.isEmpty() && !line.startsWith("#")) {
                    uris.add(line);
                }
            });
            return uris;
        }

        @Override
        public void close() throws IOException {
            http.close();
        }
    }

    @Test
    void keepsOneCopyForAllTokens() throws Exception {
        Map<String, AtomicInteger> answers = new ConcurrentHashMap<>();
        Map<String, Set<String>> bodies = new ConcurrentHashMap<>();
        List<Callable<Void>> viewers = new ArrayList<>();
        for (int i = 0; i < VIEWERS; i++) {
            String token = RestrictedServer.token("live/cmaf", false, 600 + i, null);
            viewers.add(() -> {
                try (Viewer viewer = new Viewer(answers, bodies)) {
                    return viewer.watch(token);
                }
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(CONCURRENT)) {
            for (Future<Void> each : threads.invokeAll(viewers)) {
                each.get();
            }
        }
        int all = answers.values().stream().mapToInt(AtomicInteger::get).sum();
        int hits = answers.getOrDefault("200 HIT", new AtomicInteger()).get();
        assertThat(answers.get("302 MISS")).as("the redirect of each viewer, which no cache keeps").hasValue(VIEWERS);
        assertThat(bodies).as("playlists, init sections and segments").hasSizeGreaterThan(10);
        assertThat(bodies.entrySet())
                .filteredOn(each -> each.getKey().contains(".m4s") || each.getKey().contains(".mp4"))
                .hasSize(2 * (1 + SEGMENTS)).allSatisfy(each -> assertThat(each.getValue()).hasSize(1));
        assertThat((double) hits / all).as("hit ratio of %d requests: %s", all, answers)
                .isGreaterThanOrEqualTo(GOAL);
    }

    @Test
    void cachedMediaNeedsTokenOfItsStream() throws Exception {
        String segment = "/live/show/@17/ts/5.ts";
        String valid = "/t/" + RestrictedServer.token("live/show", false, 600, null) + segment;
        assertThat(get("127.0.0.1", valid).status()).isEqualTo(200);
        assertThat(get("127.0.0.1", valid).headers()).containsEntry("x-cache-status", "HIT");
        assertRefused(segment, 401, "credentials_required");
        assertRefused("/t/x" + segment, 401, "credentials_invalid");
        assertRefused("/t/" + RestrictedServer.token("live/show", false, -1, null) + segment, 401,
                "credentials_expired");
        String other = "/t/" + RestrictedServer.token("live/cmaf", false, 600, null);
        assertRefused(other + segment, 401, "credentials_invalid");
        assertThat(get("127.0.0.1", other + "/live/cmaf/@23/video0/5.m4s").status()).isEqualTo(200);
        // Other spellings of the segment's URL, after a permission for another stream.
        for (String spelling : List.of(other + "/live/cmaf/@23/../../show/@17/ts/5.ts",
                other + "/live/cmaf/.." + segment,
                other + "//live/show/@17/ts/5.ts", other + "/%6cive/show/@17/ts/5.ts", "/t/x/.." + segment,
                other + "/live/cmaf%2f..%2fshow/@17/ts/5.ts", "/%74/x" + segment, other + "/./live/show/@17/ts/5.ts",
                other + "%2flive" + segment)) {
            RawHttp.Response answer = get("127.0.0.1", spelling);
            assertThat(answer.status()).as(spelling + " " + answer.body()).isBetween(400, 404);
        }
    }

    @Test
    void addressIsThatOfCachesClient() throws Exception {
        String target = "/t/" + RestrictedServer.token("live/show", false, 600, "127.0.0.2") + "/live/show/@17/ts/6.ts";
        assertThat(get("127.0.0.2", target).status()).isEqualTo(200);
        assertThat(get("127.0.0.3", target).status()).as("cached, from another address").isEqualTo(401);
    }

    private static void assertRefused(String target, int status, String code) throws IOException {
        RawHttp.Response answer = get("127.0.0.1", target);
        assertThat(answer.status()).as(target).isEqualTo(status);
        assertThat(answer.body()).contains("\"code\":\"" + code + "\"");
    }

    private static RawHttp.Response get(String from, String target) throws IOException {
        try (var http = new RawHttp(port, from, 0)) {
            return http.get(target, "Connection: close").read();
        }
    }
}
