package io.millrace.launcher;

import io.millrace.platform.admin.AdminAccess;
import io.millrace.platform.admin.AdminNames;
import io.millrace.platform.admin.AdminServer;
import io.millrace.platform.admin.ProcessMeters;
import io.millrace.platform.net.ServerSockets;
import java.io.IOException;
import java.io.Reader;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The manifests in {@code compose/kubernetes} fit the program: its commands, settings, ports and probes. The schemas of
 * Kubernetes itself are checked by {@code compose/check-kubernetes.sh}, which needs the npm registry.
 */
class KubernetesTest {
    private static final Path MANIFESTS = Path.of("..", "compose", "kubernetes");
    private static final Path SETTINGS = MANIFESTS.resolve("millrace.yaml");
    /** How long a process needs at most to shut down after its drain. */
    private static final int SHUTDOWN_S = 20;

    private final List<Map<String, Object>> resources = resources();
    private final List<Map<String, Object>> workloads = resources.stream()
            .filter(each -> Set.of("Deployment", "StatefulSet").contains(each.get("kind"))).toList();
    private final Map<String, String> settings = settings();

    private static List<Map<String, Object>> resources() {
        List<Map<String, Object>> all = new ArrayList<>();
        for (String file : list(yaml(MANIFESTS.resolve("kustomization.yaml")).getFirst(), "resources", String.class)) {
            all.addAll(yaml(MANIFESTS.resolve(file)));
        }
        return all;
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> yaml(Path file) {
        List<Map<String, Object>> documents = new ArrayList<>();
        try (Reader reader = Files.newBufferedReader(file)) {
            new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(reader)
                    .forEach(each -> documents.add((Map<String, Object>) each));
        } catch (IOException e) {
            throw new AssertionError(file + " cannot be read", e);
        }
        return documents;
    }

    /** Returns what {@code config} prints of the settings file. */
    private static Map<String, String> settings() {
        CommandCall config = CommandCall.run(Map.of(), List.of("config", "--config", SETTINGS.toString()));
        assertThat(config.err()).isEmpty();
        assertThat(config.code()).isZero();
        return config.out().lines().map(line -> line.split(" {2,}"))
                .collect(Collectors.toMap(columns -> columns[0], columns -> columns[1]));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Map<String, Object> of, String... path) {
        Map<String, Object> at = of;
        for (String name : path) {
            assertThat(at).as(String.join(".", path)).containsKey(name);
            at = (Map<String, Object>) at.get(name);
        }
        return at;
    }

    private static <T> List<T> list(Map<String, Object> of, String name, Class<T> type) {
        return ((List<?>) of.get(name)).stream().map(type::cast).toList();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> container(Map<String, Object> workload) {
        return (Map<String, Object>) list(map(workload, "spec", "template", "spec"), "containers", Object.class)
                .getFirst();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Integer> ports(Map<String, Object> workload) {
        return list(container(workload), "ports", Object.class).stream().map(each -> (Map<String, Object>) each)
                .collect(Collectors.toMap(port -> (String) port.get("name"),
                        port -> (Integer) port.get("containerPort")));
    }

    @Test
    void everyStageRunsByACommandOfTheProgram() {
        Set<String> stages = new TreeSet<>();
        for (Map<String, Object> workload : workloads) {
            List<String> arguments = list(container(workload), "args", String.class);
            CommandLines.all().parseArgs(arguments.toArray(String[]::new));
            stages.add(arguments.getFirst());
            assertThat(arguments.getLast()).isEqualTo("/etc/millrace/" + SETTINGS.getFileName());
        }
        assertThat(stages).containsExactly("edge", "ingest", "packager", "segmenter");
    }

    @Test
    void portsAreThoseOfSettings() {
        for (Map<String, Object> workload : workloads) {
            ports(workload).forEach((name, port) -> assertThat(settings.get(name + "-port")).as(name)
                    .isEqualTo(port.toString()));
        }
        assertThat(settings.get("admin-host")).as("reachable for probes").isEqualTo("0.0.0.0");
    }

    @Test
    void probesAskPathsThatTheAdminPortServes() throws Exception {
        try (var meters = new ProcessMeters("test", false);
                var admin = AdminServer.start(new InetSocketAddress("127.0.0.1", 0), AdminNames.NONE,
                        AdminAccess.WITHOUT_TOKENS, meters.registry(),
                        ServerSockets.NONE_NAMED);
                HttpClient http = HttpClient.newHttpClient()) {
            for (Map<String, Object> workload : workloads) {
                for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
                    Map<String, Object> get = map(container(workload), probe, "httpGet");
                    URI uri = URI.create("http://127.0.0.1:" + admin.address().getPort() + get.get("path"));
                    assertThat(http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                            .statusCode()).as(probe).isEqualTo(200);
                    assertThat(ports(workload)).containsKey((String) get.get("port"));
                }
                assertThat(map(container(workload), "livenessProbe", "httpGet").get("path")).isEqualTo("/health/live");
            }
        }
    }

    @Test
    void gracePeriodIsLongEnoughForDrain() {
        Matcher drain = Pattern.compile("(\\d+)s").matcher(settings.get("drain"));
        assertThat(drain.matches()).isTrue();
        for (Map<String, Object> workload : workloads) {
            int sleepS = (Integer) map(container(workload), "lifecycle", "preStop", "sleep").get("seconds");
            assertThat((Integer) map(workload, "spec", "template", "spec").get("terminationGracePeriodSeconds"))
                    .isGreaterThan(sleepS + Integer.parseInt(drain.group(1)) + SHUTDOWN_S);
        }
    }

    /** Services and disruption budgets select the pods of one stage, and services name its ports. */
    @Test
    void selectorsMatchPods() {
        int selected = 0;
        for (Map<String, Object> each : resources) {
            Map<String, Object> labels = switch ((String) each.get("kind")) {
                case "Service" -> map(each, "spec", "selector");
                case "PodDisruptionBudget", "Deployment", "StatefulSet" -> map(each, "spec", "selector", "matchLabels");
                default -> Map.of();
            };
            if (!labels.isEmpty()) {
                List<Map<String, Object>> matching = workloads.stream().filter(
                        workload -> map(workload, "spec", "template", "metadata", "labels").equals(labels)).toList();
                assertThat(matching).as(each.get("kind") + " " + map(each, "metadata").get("name")).hasSize(1);
                assertThat(ports(matching.getFirst()).keySet()).containsAll(targetPorts(each));
                selected++;
            }
        }
        assertThat(selected).isGreaterThan(8);
    }

    @SuppressWarnings("unchecked")
    private static List<String> targetPorts(Map<String, Object> resource) {
        return resource.get("kind").equals("Service")
                ? list(map(resource, "spec"), "ports", Object.class).stream()
                        .map(port -> (String) ((Map<String, Object>) port).get("targetPort")).toList()
                : List.of();
    }

    @Test
    void kustomizationNamesEveryFile() throws IOException {
        try (Stream<Path> files = Files.list(MANIFESTS)) {
            assertThat(files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".yaml") && !name.equals("kustomization.yaml")
                            && !name.equals("millrace.yaml")))
                    .containsExactlyInAnyOrderElementsOf(
                            list(yaml(MANIFESTS.resolve("kustomization.yaml")).getFirst(), "resources", String.class));
        }
    }
}
