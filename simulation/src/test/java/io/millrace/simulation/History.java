package io.millrace.simulation;

import io.millrace.simulation.engine.EventQueue;
import io.millrace.testkit.oracle.Fact;
import io.millrace.testkit.oracle.Oracle;
import io.millrace.testkit.oracle.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The events of one simulation. The oracle observes them, and the first broken promise ends the simulation. Confined to
 * one thread.
 */
final class History {
    private record Line(long atMs, Fact fact) {}

    private final EventQueue events;
    private final Oracle oracle;
    private final List<Line> lines = new ArrayList<>();

    /** @param isCut whether segmenters run */
    History(EventQueue events, boolean isCut) {
        this.events = events;
        this.oracle = new Oracle(isCut);
    }

    void add(Fact fact) {
        if (oracle.violation().isPresent()) {
            return;
        }
        lines.add(new Line(events.nowMs(), fact));
        oracle.watch(fact);
        if (oracle.violation().isPresent()) {
            events.stop();
        }
    }

    Optional<Violation> violation() {
        return oracle.violation();
    }

    /** Returns the lines about {@code stream}. Runs of packets and repeated notices are one line. */
    String words(String stream) {
        StringBuilder words = new StringBuilder();
        HistoryWords told = new HistoryWords();
        for (Line line : lines) {
            if (line.fact().stream().isEmpty() || line.fact().stream().equals(stream)) {
                told.tell(line.atMs(), line.fact(), words);
            }
        }
        told.finish(words);
        return words.toString();
    }

    /** Returns every line unchanged: equal for equal histories. */
    String verbatim() {
        StringBuilder all = new StringBuilder();
        lines.forEach(line -> all.append(line.atMs()).append(' ').append(line.fact()).append('\n'));
        return all.toString();
    }
}
