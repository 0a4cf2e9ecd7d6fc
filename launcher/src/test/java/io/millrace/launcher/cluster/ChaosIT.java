package io.millrace.launcher.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes die and freeze, lose a broker, get another time and full disks while streams are live: three brokers and two
 * nodes of each stage, as processes.
 *
 * <p>{@code -Dmillrace.chaos.rounds=100} sets the number of rounds, {@code -Dmillrace.chaos.publishers} and {@code
 * -Dmillrace.chaos.viewers} the load, {@code -Dmillrace.chaos.faults=KILL_BROKER,…} the faults or {@code
 * ALL} of them, and {@code -Dmillrace.chaos.parts} over how many rounds they are spread. A fault that does not end by itself lasts for {@code
 * -Dmillrace.chaos.seconds}, and clocks are wrong by {@code -Dmillrace.chaos.clockMinutes}. {@code
 * -Dmillrace.chaos.brokers=1} runs a single broker, without replicas, and {@code -Dmillrace.chaos.plainKafka=true} brokers
 * with Kafka's default times.
 */
@Tag("chaos")
class ChaosIT {
    private static final int ROUNDS = Integer.getInteger("millrace.chaos.rounds", 2);
    private static final int PARTS = Integer.getInteger("millrace.chaos.parts", 2);
    private static final int PUBLISHERS = Integer.getInteger("millrace.chaos.publishers", 10);
    private static final int VIEWERS = Integer.getInteger("millrace.chaos.viewers", 30);
    private static final int BROKERS = Integer.getInteger("millrace.chaos.brokers", 3);
    private static final String FAULTS = System.getProperty("millrace.chaos.faults", names(
            Arrays.stream(Fault.values()).filter(Fault::isUsual)));
    private static final boolean PLAIN_KAFKA = Boolean.getBoolean("millrace.chaos.plainKafka");
    private static final int PARTITIONS = 8;
    private static final Path REPORT = Path.of("target", "chaos-report.md");

    /** Every wait has its own limit; the caller chooses the number of rounds. */
    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void nodeFailuresLoseNothing(@TempDir Path dir) throws IOException, InterruptedException {
        String names = FAULTS.equals("ALL") ? names(Arrays.stream(Fault.values())) : FAULTS;
        List<Fault> wanted = Arrays.stream(names.split(",")).map(Fault::valueOf).toList();
        Set<Fault.Kind> possible = EnumSet.noneOf(Fault.Kind.class);
        for (Fault.Kind kind : wanted.stream().map(Fault::kind).collect(Collectors.toSet())) {
            if (isPossible(kind)) {
                possible.add(kind);
            }
        }
        List<Fault> faults = wanted.stream().filter(fault -> possible.contains(fault.kind())).toList();
        Chaos.Load load = new Chaos.Load(PUBLISHERS, VIEWERS / 2, VIEWERS - VIEWERS / 2);
        ChaosReport report = new ChaosReport(load + "; " + BROKERS + " brokers and two of each stage as processes.");
        // Playlists list everything, so that all segments can be requested again at the end.
        try (Cluster cluster = ProcessCluster.start(dir, rig(faults), BROKERS, "--partitions",
                String.valueOf(PARTITIONS),
                "--segment", "1s", "--window", "30m", "--grace", "60s")) {
            for (int round = 0; round < ROUNDS; round++) {
                try (Chaos chaos = new Chaos(cluster, PARTITIONS, load, round, report)) {
                    chaos.awaitPlaying();
                    for (int i = round % PARTS; i < faults.size(); i += PARTS) {
                        chaos.strike(faults.get(i), round / PARTS);
                    }
                    chaos.endAndJudge();
                } finally {
                    report.write(REPORT);
                }
            }
        } finally {
            System.out.println(report.markdown());
        }
    }

    private static String names(Stream<Fault> faults) {
        return faults.map(Fault::name).collect(Collectors.joining(","));
    }

    /** Whether everything for it is on this machine; prints what is missing. */
    private static boolean isPossible(Fault.Kind kind) throws IOException, InterruptedException {
        return switch (kind) {
            case KILL, PAUSE -> true;
            case CUT, RESET -> Network.isPermitted();
            case CLOCK_AHEAD, CLOCK_BEHIND -> NodeClock.isAvailable();
            case FULL_DISK -> SmallDisk.isPermitted();
            // The only broker would lose what was acknowledged: see RestoredBrokerIT.
            case RESTORE -> BROKERS > 1;
        };
    }

    private static ProcessCluster.Rig rig(List<Fault> faults) {
        Set<Fault.Kind> kinds = faults.stream().map(Fault::kind).collect(Collectors.toSet());
        return new ProcessCluster.Rig(kinds.contains(Fault.Kind.CUT) || kinds.contains(Fault.Kind.RESET),
                kinds.contains(Fault.Kind.CLOCK_AHEAD) || kinds.contains(Fault.Kind.CLOCK_BEHIND),
                kinds.contains(Fault.Kind.FULL_DISK), PLAIN_KAFKA);
    }
}
