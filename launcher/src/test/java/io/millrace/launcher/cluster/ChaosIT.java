package io.millrace.launcher.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes die and freeze while streams go on: one broker and two nodes of each stage, as processes.
 *
 * <p>{@code -Dmillrace.chaos.rounds=100 -Dmillrace.chaos.publishers=10 -Dmillrace.chaos.viewers=30} for more of it,
 * {@code -Dmillrace.chaos.faults=KILL_BROKER,…} for some faults alone.
 */
@Tag("chaos")
class ChaosIT {
    private static final int ROUNDS = Integer.getInteger("millrace.chaos.rounds", 1);
    private static final int PUBLISHERS = Integer.getInteger("millrace.chaos.publishers", 3);
    private static final int VIEWERS = Integer.getInteger("millrace.chaos.viewers", 6);
    private static final String FAULTS = System.getProperty("millrace.chaos.faults",
            "KILL_SEGMENTER,KILL_PACKAGER,KILL_EDGE,KILL_INGEST,KILL_BROKER,PAUSE_SEGMENTER");
    private static final int PARTITIONS = 8;

    @Test
    void losingANodeIsNotAnEvent(@TempDir Path dir) throws IOException, InterruptedException {
        List<Fault> faults = Arrays.stream(FAULTS.split(",")).map(Fault::valueOf).toList();
        Chaos.Load load = new Chaos.Load(PUBLISHERS, VIEWERS / 2, VIEWERS - VIEWERS / 2);
        ChaosReport report = new ChaosReport(load + "; one broker and two of each stage as processes.");
        // A playlist lists everything, so that all can be asked for again at the end.
        try (Cluster cluster = ProcessCluster.start(dir, "--partitions", String.valueOf(PARTITIONS), "--segment", "1s",
                "--window", "30m", "--grace", "60s")) {
            for (int round = 0; round < ROUNDS; round++) {
                try (Chaos chaos = new Chaos(cluster, PARTITIONS, load, round, report)) {
                    chaos.awaitPlaying();
                    for (Fault fault : faults) {
                        chaos.strike(fault, round % cluster.nodes(fault.stage()));
                    }
                    chaos.endAndJudge();
                }
            }
        } finally {
            report.write(Path.of("target", "chaos-report.md"));
            System.out.println(report.markdown());
        }
    }
}
