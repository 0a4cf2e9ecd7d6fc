package io.millrace.launcher;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.edge.EdgeMeters;
import io.millrace.ingest.IngestMeters;
import io.millrace.launcher.broker.DiskWatch;
import io.millrace.packager.PackagerMeters;
import io.millrace.platform.rtmp.RtmpMeters;
import io.millrace.segmenter.SegmenterMeters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code docs/operations.md} names the metrics that the stages have from their start, and no other. */
class OperationsTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(millrace_[a-z_]+)(?:\\{[a-z,]+})?` \\|");
    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (millrace_[a-z_]+) ");

    @Test
    void everyMetricStandsInItsTableAndIsThereFromTheStart() throws IOException {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new IngestMeters(registry).showInFlight(() -> 0);
        new RtmpMeters(registry);
        new SegmenterMeters(registry);
        new PackagerMeters(registry).showBytes(() -> 0, () -> 0);
        new EdgeMeters(registry);
        DiskWatch.start(Path.of("."), registry).close();
        // A histogram's largest value, which Prometheus has as a metric of its own.
        List<String> real = names(TYPE, registry.scrape()).stream().filter(name -> !name.endsWith("_max")).toList();
        assertThat(real).contains("millrace_dropped_total", "millrace_connections_closed_total");
        assertThat(names(ROW, Files.readString(Path.of("..", "docs", "operations.md"))))
                .containsExactlyInAnyOrderElementsOf(real);
    }

    private static List<String> names(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(found -> found.group(1)).distinct().toList();
    }
}
