package io.millrace.launcher.e2e;

import io.millrace.testkit.OwnLoopback;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Prometheus with the jobs of {@code compose/}, which finds its targets on loopback instead of in Docker's DNS. */
final class Prometheus implements AutoCloseable {
    private static final Path SETTINGS = Path.of("..", "compose", "prometheus", "prometheus.yml");
    private static final String SCRAPE_INTERVAL = "500ms";
    /** The interval that Grafana uses: four scrapes. */
    private static final String RATE_INTERVAL = "2s";

    private final ToolProcess process;
    private final URI uri;
    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();

    private Prometheus(ToolProcess process, URI uri) {
        this.process = process;
        this.uri = uri;
    }

    /** @param targets of each job, {@code http://host:port} */
    static Prometheus start(Map<String, URI> targets, Path dir) throws IOException {
        URI uri = URI.create("http://" + OwnLoopback.next());
        Path file = Files.writeString(dir.resolve("prometheus.yml"), settings(targets));
        ToolProcess process = ToolProcess.start("prometheus",
                List.of("--config.file=" + file, "--storage.tsdb.path=" + dir.resolve("prometheus"),
                        "--web.listen-address=" + uri.getAuthority()),
                dir.resolve("prometheus.log"), uri.resolve("/-/ready"));
        return new Prometheus(process, uri);
    }

    /** Returns the number of series in the response whose value is a number. Fails if the query is invalid. */
    int series(String query) throws IOException, InterruptedException {
        String encoded = URLEncoder.encode(query.replace("$__rate_interval", RATE_INTERVAL)
                .replace("$job", ".*").replace("$instance", ".*"), StandardCharsets.UTF_8);
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(uri.resolve("/api/v1/query?query=" + encoded)).build(),
                HttpResponse.BodyHandlers.ofString());
        JsonNode answer = json.readTree(response.body());
        if (response.statusCode() != 200) {
            throw new AssertionError(query + ": " + answer.path("error").asString());
        }
        int numbers = 0;
        for (JsonNode each : answer.path("data").path("result")) {
            if (!each.path("value").path(1).asString().equals("NaN")) {
                numbers++;
            }
        }
        return numbers;
    }

    @Override
    public void close() {
        client.close();
        process.close();
    }

    @SuppressWarnings("unchecked")
    private static String settings(Map<String, URI> targets) throws IOException {
        Yaml yaml = new Yaml();
        Map<String, Object> settings = yaml.load(Files.readString(SETTINGS));
        settings.put("global", Map.of("scrape_interval", SCRAPE_INTERVAL, "scrape_timeout", SCRAPE_INTERVAL));
        settings.put("rule_files", List.of(SETTINGS.resolveSibling("rules").toAbsolutePath() + "/*.yml"));
        for (Map<String, Object> job : (List<Map<String, Object>>) settings.get("scrape_configs")) {
            job.remove("dns_sd_configs");
            // They derive the stage from a node's DNS name.
            job.remove("relabel_configs");
            job.put("static_configs", List.of(Map.of("targets",
                    List.of(targets.get(job.get("job_name")).getAuthority()), "labels", Map.of("role", "up"))));
        }
        return yaml.dump(settings);
    }
}
