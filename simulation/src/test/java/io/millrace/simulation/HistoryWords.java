package io.millrace.simulation;

import io.millrace.simulation.oracle.Fact;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Describes a history in as few lines as possible. Confined to one thread. */
final class HistoryWords {
    private final Map<Long, String> lastNotices = new HashMap<>();
    private final Map<Long, String> lastListings = new HashMap<>();
    private String run = "";
    private long runAtMs;
    private int runLength;

    void tell(long atMs, Fact fact, StringBuilder out) {
        switch (fact) {
            case Fact.Sent _,Fact.Acknowledged _ -> {
                // Their consequences are described instead.
            }
            case Fact.Noticed it -> {
                if (!it.state().equals(lastNotices.put(it.session(), it.state()))) {
                    line(atMs, "sessions: " + it.session() + " is " + it.state(), out);
                }
            }
            case Fact.Forgotten it -> {
                lastNotices.remove(it.session());
                line(atMs, "sessions: " + it.session() + " is removed", out);
            }
            case Fact.Logged it -> logged(atMs, it, out);
            case Fact.Shown it -> repeat(atMs, "shown: packets of session " + it.session() + " in epoch " + it.epoch(),
                    out);
            case Fact.Hidden it -> repeat(atMs, "not shown (" + it.why() + "): packets", out);
            case Fact.EpochBegan it -> line(atMs, "epoch " + it.epoch() + " begins", out);
            case Fact.EpochOver it -> line(atMs, "epoch " + it.epoch() + " ends", out);
            case Fact.Replaced it -> line(atMs, "connection " + it.connection() + " is disconnected: " + it.why(), out);
            case Fact.ProcessFailed it -> line(atMs, it.process() + " ends: " + it.why(), out);
            case Fact.Cut it -> repeat(atMs, "segments: parts of segment " + it.segment() + " of epoch " + it.epoch(),
                    out);
            case Fact.CutsEnded it -> line(atMs, "segments: epoch " + it.epoch() + " ends after segment "
                    + it.lastSegment(), out);
            case Fact.Listed it -> listed(atMs, it, out);
            case Fact.Unlisted it -> line(atMs, "streams: epoch " + it.epoch() + " is removed", out);
            case Fact.StillSending it -> line(atMs, "connection " + it.connection() + " still sends", out);
            case Fact.AllAway _ -> line(atMs, "all encoders have been away for long", out);
            case Fact.Note it -> line(atMs, it.words(), out);
        }
    }

    private void logged(long atMs, Fact.Logged logged, StringBuilder out) {
        switch (logged.entry()) {
            case Fact.Media _ -> {
                // The next fact says whether it is shown or hidden.
            }
            case Fact.Claim it -> line(atMs, "packets: claim " + logged.offset() + " of connection "
                    + it.connection(), out);
            case Fact.Tracks it -> line(atMs, "packets: session " + it.session() + " has " + it.tracks(), out);
            case Fact.End it -> line(atMs, "packets: session " + it.session() + " has ended"
                    + (it.suspected() ? ", by suspicion" : ""), out);
            case Fact.GraceOver it -> line(atMs, "packets: grace of session " + it.session() + " is over", out);
        }
    }

    private void listed(long atMs, Fact.Listed it, StringBuilder out) {
        String state = it.ended() ? "has ended" : "has not ended";
        if (!state.equals(lastListings.put(it.epoch(), state))) {
            line(atMs, "streams: epoch " + it.epoch() + " " + state, out);
        }
    }

    private void repeat(long atMs, String text, StringBuilder out) {
        if (!text.equals(run)) {
            finish(out);
            run = text;
            runAtMs = atMs;
        }
        runLength++;
    }

    private void line(long atMs, String text, StringBuilder out) {
        finish(out);
        write(atMs, text, out);
    }

    /** Ends the current run of packets. */
    void finish(StringBuilder out) {
        if (runLength > 0) {
            write(runAtMs, run + (runLength > 1 ? ", " + runLength + " of them" : ", one"), out);
        }
        run = "";
        runLength = 0;
    }

    private static void write(long atMs, String text, StringBuilder out) {
        out.append(String.format(Locale.ROOT, "%9.3f  %s%n", atMs / 1_000.0, text));
    }
}
