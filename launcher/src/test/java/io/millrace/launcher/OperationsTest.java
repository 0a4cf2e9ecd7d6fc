package io.millrace.launcher;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.ingest.meters.IngestMeters;
import io.millrace.launcher.broker.DiskWatch;
import io.millrace.outbound.relay.RelayMeters;
import io.millrace.outbound.webhook.WebhookMeters;
import io.millrace.packager.meters.PackagerMeters;
import io.millrace.platform.access.AccessMeters;
import io.millrace.platform.admin.ProcessMeters;
import io.millrace.platform.kafka.DurabilityMeters;
import io.millrace.platform.kafka.StoppedPartitions;
import io.millrace.platform.kick.KickMeters;
import io.millrace.platform.rtmp.RtmpMeters;
import io.millrace.segmenter.meters.SegmenterMeters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The documented metrics, alert rules and dashboards use exactly the metrics that the stages register at start. */
class OperationsTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "operations.md");
    private static final Path COMPOSE = Path.of("..", "compose");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(millrace_[a-z_]+)(?:\\{[a-z,]+})?` \\|");
    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (millrace_[a-z_]+) ");
    private static final Pattern HELP = Pattern.compile("(?m)^# HELP (millrace_[a-z_]+) \\S");
    private static final Pattern NAME = Pattern.compile("\\b(millrace_[a-z_]+?)(?:_bucket|_sum|_count)?\\b(?!_)");

    @AutoClose
    private final ProcessMeters process = new ProcessMeters("1.2.3", false);
    private final PrometheusMeterRegistry registry = process.registry();

    @BeforeEach
    void everyStage() {
        IngestMeters ingest = new IngestMeters(registry);
        ingest.gaugeInFlight(() -> 0);
        ingest.gaugeNames(() -> 0);
        ingest.gaugeClockSkew(() -> 0);
        ingest.gaugeSegmentTarget(() -> Duration.ofSeconds(2));
        new AccessMeters(registry, "ingest", "Publishers");
        new AccessMeters(registry, "edge", "Viewers");
        new RtmpMeters(registry);
        new SegmenterMeters(registry);
        new PackagerMeters(registry).gaugeBytes(() -> 0, () -> 0);
        new EdgeMeters(registry);
        RelayMeters relays = new RelayMeters(registry);
        relays.gaugeSending(() -> 0);
        relays.gaugeBehind("archive", () -> 0);
        new WebhookMeters(registry).of("default");
        new WebhookMeters(registry).gaugeLag("default", () -> 0);
        new AccessMeters(registry, "ingest", "Publishers");
        new AccessMeters(registry, "edge", "Viewers");
        new DurabilityMeters(registry);
        new StoppedPartitions().gauge(registry);
        new KickMeters(registry);
        DiskWatch.start(Path.of("."), registry).close();
    }

    @Test
    void everyMetricIsDocumentedAndExistsFromStart() throws IOException {
        assertThat(real()).contains("millrace_dropped_total", "millrace_connections_closed_total",
                "millrace_build_info", "millrace_quarantines_total");
        assertThat(names(ROW, Files.readString(DOCUMENT))).containsExactlyInAnyOrderElementsOf(real());
    }

    @Test
    void everyMetricHasDescription() {
        String scrape = registry.scrape();
        assertThat(names(HELP, scrape)).containsExactlyInAnyOrderElementsOf(names(TYPE, scrape));
        assertThat(scrape).contains("millrace_build_info{java=\"" + Runtime.version() + "\",version=\"1.2.3\"} 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"prometheus/rules/millrace.yml", "grafana/dashboards/flow.json"})
    void shippedQueriesUseExistingMetrics(String file) throws IOException {
        List<String> asked = names(NAME, Files.readString(COMPOSE.resolve(file)));
        assertThat(asked).contains("millrace_stage_latency_seconds").isSubsetOf(real());
    }

    /** The registered metrics, without the maximum of each timer, which Micrometer exports as a separate metric. */
    private List<String> real() {
        return names(TYPE, registry.scrape()).stream().filter(name -> !name.endsWith("_max")).toList();
    }

    private static List<String> names(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(found -> found.group(1)).distinct().toList();
    }
}
