package io.millrace.launcher.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * One round of {@link ChaosIT} with three brokers in containers, because images can have faults that processes do not
 * have.
 */
@Tag("containers")
@Tag("chaos")
class ContainerChaosIT {
    private static final List<Fault> FAULTS = List.of(Fault.KILL_SEGMENTER, Fault.KILL_PACKAGER, Fault.KILL_EDGE,
            Fault.KILL_INGEST, Fault.KILL_BROKER, Fault.KILL_COORDINATOR, Fault.PAUSE_SEGMENTER);
    private static final Chaos.Load LOAD = new Chaos.Load(2, 2, 2);
    private static final int PARTITIONS = 8;
    private static final int TIMEOUT_SECONDS = 900;

    @Test
    @Timeout(TIMEOUT_SECONDS)
    void nodeFailuresLoseNothing() throws IOException, InterruptedException {
        ChaosReport report = new ChaosReport(LOAD + "; three brokers and two of each stage in containers.");
        try (Cluster cluster = ContainerCluster.start(Map.of("MILLRACE_PARTITIONS", String.valueOf(PARTITIONS),
                "MILLRACE_SEGMENT", "1s", "MILLRACE_WINDOW", "30m", "MILLRACE_GRACE", "60s"));
                Chaos chaos = new Chaos(cluster, PARTITIONS, LOAD, 0, report)) {
            chaos.awaitPlaying();
            for (Fault fault : FAULTS) {
                chaos.strike(fault, 0);
            }
            chaos.endAndJudge();
        } finally {
            report.write(Path.of("target", "chaos-report-containers.md"));
            System.out.println(report.markdown());
        }
    }
}
