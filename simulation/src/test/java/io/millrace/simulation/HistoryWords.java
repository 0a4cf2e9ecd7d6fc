package io.millrace.simulation;

import io.millrace.testkit.oracle.Fact;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Describes a history in as few lines as possible. Confined to one thread. */
final class HistoryWords {
    private final Map<Long, String> lastNotices = new HashMap<>();
    private final Map<Long, String> lastListings = new HashMap<>();
    private final Set<String> ended = new HashSet<>();
    /** Repeated events since the last line, by their words. */
    private final Map<String, Run> runs = new LinkedHashMap<>();

    private record Run(long atMs, int length) {}

    void tell(long atMs, Fact fact, StringBuilder out) {
        switch (fact) {
            case Fact.Sent _,Fact.Acknowledged _ -> {
                // Their consequences are described instead.
            }
            case Fact.Resumed _ -> line(atMs, "the encoder sends again after a pause", out);
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
            case Fact.Shown it -> repeat(atMs, "shown: packets of session " + it.session() + " in epoch " + it.epoch());
            case Fact.Hidden it -> repeat(atMs, "not shown (" + it.why() + "): packets");
            case Fact.EpochBegan it -> line(atMs, "epoch " + it.epoch() + " begins", out);
            case Fact.EpochOver it -> line(atMs, "epoch " + it.epoch() + " ends", out);
            case Fact.Replaced it -> line(atMs, "connection " + it.connection() + " is disconnected: " + it.why(), out);
            case Fact.ProcessFailed it -> line(atMs, it.process() + " ends: " + it.why(), out);
            case Fact.Rules it -> line(atMs, "packets: session " + it.session() + " has the formats " + it.formats(),
                    out);
            case Fact.Cut it -> repeat(atMs, "segments: parts of epoch " + it.epoch());
            case Fact.Muxed it -> repeat(atMs, "parts: parts of epoch " + it.epoch());
            case Fact.Indexed _ -> {
                // The playlists show it.
            }
            case Fact.GraceWas it -> line(atMs, "grace of session " + it.session() + " was " + it.ms() + " ms", out);
            case Fact.Asked it -> line(atMs, "edge " + it.edge() + ": epoch " + it.epoch() + " is " + it.presence(),
                    out);
            case Fact.Damaged it -> line(atMs, "a packager cannot read offset " + it.offset(), out);
            case Fact.Position it -> line(atMs, it.topic() + "-" + it.partition() + " is read up to " + it.position()
                    + " of " + it.end(), out);
            case Fact.Watching it ->
                line(atMs, "edge " + it.edge() + ": a viewer of epoch " + it.epoch() + " comes", out);
            case Fact.Playlist it -> playlist(atMs, it, out);
            case Fact.AsOf it -> repeat(atMs, "edge " + it.edge() + ": playlists as of parts of epoch " + it.epoch());
            case Fact.Variants it -> line(atMs, "edge " + it.edge() + ": epoch " + it.epoch() + " has "
                    + it.renditions(), out);
            case Fact.Init it -> repeat(atMs, "edge " + it.edge() + ": init sections of epoch " + it.epoch());
            case Fact.Served it -> repeat(atMs, "edge " + it.edge() + ": segments of epoch " + it.epoch());
            case Fact.CutsEnded it -> line(atMs, "segments: epoch " + it.epoch() + " ends after segment "
                    + it.lastSegment(), out);
            case Fact.Listed it -> listed(atMs, it, out);
            case Fact.Unlisted it -> line(atMs, "streams: epoch " + it.epoch() + " is removed", out);
            case Fact.StillSending it -> line(atMs, "connection " + it.connection() + " still sends", out);
            case Fact.HealthySuspected it -> line(atMs, "node " + it.node() + " of session " + it.session() + " runs",
                    out);
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

    private void playlist(long atMs, Fact.Playlist it, StringBuilder out) {
        String viewed = "edge " + it.edge() + ": playlist of epoch " + it.epoch() + " in " + it.rendition();
        if (ended.contains(viewed) || !it.text().contains("#EXT-X-ENDLIST")) {
            repeat(atMs, "edge " + it.edge() + ": playlists of epoch " + it.epoch());
        } else {
            ended.add(viewed);
            line(atMs, viewed + " ends", out);
        }
    }

    private void listed(long atMs, Fact.Listed it, StringBuilder out) {
        String state = it.ended() ? "has ended" : "has not ended";
        if (!state.equals(lastListings.put(it.epoch(), state))) {
            line(atMs, "streams: epoch " + it.epoch() + " " + state, out);
        }
    }

    private void repeat(long atMs, String words) {
        runs.merge(words, new Run(atMs, 1), (run, one) -> new Run(run.atMs(), run.length() + one.length()));
    }

    private void line(long atMs, String text, StringBuilder out) {
        finish(out);
        write(atMs, text, out);
    }

    /** Ends the current runs. */
    void finish(StringBuilder out) {
        runs.forEach((words, run) -> write(run.atMs(), words + (run.length() > 1
                ? ", " + run.length() + " of them"
                : ", one"), out));
        runs.clear();
    }

    private static void write(long atMs, String text, StringBuilder out) {
        out.append(String.format(Locale.ROOT, "%9.3f  %s%n", atMs / 1_000.0, text));
    }
}
