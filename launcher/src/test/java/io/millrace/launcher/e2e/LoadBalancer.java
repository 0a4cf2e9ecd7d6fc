package io.millrace.launcher.e2e;

import io.millrace.testkit.OwnLoopback;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * HAProxy with the settings of {@code compose/}, except for Docker's network: there is one node on loopback, with one
 * listener for publishers and players, and HAProxy listens on loopback as well. The node must expect its PROXY headers.
 */
final class LoadBalancer implements AutoCloseable {
    private static final Path SETTINGS = Path.of("..", "compose", "haproxy", "haproxy.cfg");

    private final ToolProcess process;
    private final int rtmp;
    private final int http;
    private final int play;
    private final int admin;

    private LoadBalancer(ToolProcess process, int rtmp, int http, int play, int admin) {
        this.process = process;
        this.rtmp = rtmp;
        this.http = http;
        this.play = play;
        this.admin = admin;
    }

    static LoadBalancer start(Deployment millrace, Path dir) throws IOException {
        int rtmp = OwnLoopback.nextPort();
        int http = OwnLoopback.nextPort();
        int play = OwnLoopback.nextPort();
        int admin = OwnLoopback.nextPort();
        String settings = Files.readString(SETTINGS)
                // Two descriptors per connection; the limit of a developer's machine may be lower.
                .replace("maxconn 20000", "maxconn 1000")
                .replace("bind :1935", "bind " + OwnLoopback.ADDRESS + ":" + rtmp)
                .replace("bind :8080", "bind " + OwnLoopback.ADDRESS + ":" + http)
                .replace("bind :1936", "bind " + OwnLoopback.ADDRESS + ":" + play)
                .replace("bind :8404", "bind " + OwnLoopback.ADDRESS + ":" + admin)
                .replace(" resolvers docker init-addr none resolve-prefer ipv4", "")
                .replaceAll("server-template ingest .* check port \\d+",
                        server("ingest", URI.create(millrace.rtmp()), millrace))
                .replaceAll("server-template play .* check port \\d+",
                        server("play", URI.create(millrace.rtmp()), millrace))
                .replaceAll("server-template edge .*", server("edge", millrace.http(""), millrace));
        Path file = Files.writeString(dir.resolve("haproxy.cfg"), settings);
        ToolProcess process = ToolProcess.start("haproxy", List.of("-db", "-f", file.toString()),
                dir.resolve("haproxy.log"), URI.create("http://" + OwnLoopback.ADDRESS + ":" + admin + "/health"));
        return new LoadBalancer(process, rtmp, http, play, admin);
    }

    String rtmp() {
        return "rtmp://" + OwnLoopback.ADDRESS + ":" + rtmp;
    }

    /** For RTMP players. */
    String play() {
        return "rtmp://" + OwnLoopback.ADDRESS + ":" + play;
    }

    URI http(String path) {
        return URI.create("http://" + OwnLoopback.ADDRESS + ":" + http + path);
    }

    URI admin(String path) {
        return URI.create("http://" + OwnLoopback.ADDRESS + ":" + admin + path);
    }

    @Override
    public void close() {
        process.close();
    }

    private static String server(String name, URI media, Deployment millrace) {
        return "server " + name + "1 127.0.0.1:" + media.getPort() + " check port " + millrace.admin("").getPort();
    }
}
