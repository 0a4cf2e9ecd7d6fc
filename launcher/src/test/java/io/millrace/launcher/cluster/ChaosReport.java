package io.millrace.launcher.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The figures of all rounds. Confined to one thread. */
final class ChaosReport {
    /**
     * One occurrence of a fault. Stalls are the longest of any viewer that was not connected to the affected node, in
     * ms.
     */
    record Occurrence(long flvStallMs, long hlsStallMs, long recoveryMs) {}

    private final String load;
    private final Map<Fault, List<Occurrence>> occurrences = new EnumMap<>(Fault.class);
    private final List<String> totals = new ArrayList<>();

    /** @param load the load during the rounds */
    ChaosReport(String load) {
        this.load = load;
    }

    void add(Fault fault, Occurrence occurrence) {
        occurrences.computeIfAbsent(fault, _ -> new ArrayList<>()).add(occurrence);
    }

    /** Adds a line about a whole round. */
    void total(String line) {
        totals.add(line);
    }

    String markdown() {
        StringBuilder text = new StringBuilder("# Chaos\n\n").append(load).append("\n\nThe longest stall in ms of ")
                .append("any viewer that is not on the hurt node: between two frames for FLV, beyond a segment's ")
                .append("length between two segments for HLS. Recovery: until every such viewer has media from after ")
                .append("the fault; without a goal, some streams stall until the repair.\n\n")
                .append("| fault | goal | times | FLV p50 | FLV max | HLS p50 | HLS max | recovery p50 | recovery max |\n")
                .append("|---|---|---|---|---|---|---|---|---|\n");
        occurrences.forEach((fault, all) -> text.append("| ").append(fault).append(" | ")
                .append(fault.goalSeconds() == Fault.NONE ? "–" : fault.goalSeconds() * 1_000).append(" | ")
                .append(all.size())
                .append(columns(all.stream().map(Occurrence::flvStallMs).sorted().toList()))
                .append(columns(all.stream().map(Occurrence::hlsStallMs).sorted().toList()))
                .append(columns(all.stream().map(Occurrence::recoveryMs).sorted().toList())).append(" |\n"));
        text.append('\n');
        totals.forEach(line -> text.append("- ").append(line).append('\n'));
        return text.toString();
    }

    void write(Path file) throws IOException {
        Files.writeString(file, markdown());
    }

    private static String columns(List<Long> sorted) {
        return " | " + sorted.get((sorted.size() - 1) / 2) + " | " + sorted.getLast();
    }
}
