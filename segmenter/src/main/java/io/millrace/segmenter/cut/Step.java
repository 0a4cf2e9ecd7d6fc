package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.StreamEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** What one record of the log led to. Filled by the fold, then handed over. */
public final class Step {
    private static final long NONE = -1;

    private final List<Cut> cuts = new ArrayList<>(0);
    private final List<StreamEntry> entries = new ArrayList<>(0);
    private final List<Warned> warnings = new ArrayList<>(0);
    private final List<Warned> newWarnings = new ArrayList<>(0);
    private final List<Opening> openings = new ArrayList<>(0);
    private final List<String> dropped = new ArrayList<>(0);
    private RuntimeException failure;
    private int entered;
    private long withdrawn = NONE;

    /** A segment began with these configurations; either may be null. */
    record Opening(TrackConfig video, TrackConfig audio) {}

    /** @param message for people */
    public record Warned(StreamWarning warning, String message) {}

    Step() {}

    void cut(Cut cut) {
        cuts.add(cut);
    }

    void entry(StreamEntry entry) {
        entries.add(entry);
    }

    void withdraw(long epoch) {
        withdrawn = epoch;
    }

    /** Counts where the session has no warning of the kind yet. */
    void warn(StreamWarning warning, String message) {
        warnings.add(new Warned(warning, message));
    }

    void isNew(Warned warning) {
        newWarnings.add(warning);
    }

    void opened(TrackConfig video, TrackConfig audio) {
        openings.add(new Opening(video, audio));
    }

    void drop(String reason) {
        dropped.add(reason);
    }

    void fail(RuntimeException e) {
        failure = e;
    }

    /** Cuts since this was last asked. */
    List<Cut> takeNewCuts() {
        List<Cut> taken = List.copyOf(cuts.subList(entered, cuts.size()));
        entered = cuts.size();
        return taken;
    }

    List<Warned> warnings() {
        return warnings;
    }

    /** What is wrong with the session and was not known before this record. */
    public List<Warned> newWarnings() {
        return newWarnings;
    }

    List<Opening> openings() {
        return openings;
    }

    /** For the topic {@code segments}, in order. */
    public List<Cut> cuts() {
        return cuts;
    }

    /** For the topic {@code streams}, in order. */
    public List<StreamEntry> entries() {
        return entries;
    }

    /** The epoch that leaves {@code streams} after its {@link #entries}: it has ended without a segment. */
    public OptionalLong withdrawn() {
        return withdrawn == NONE ? OptionalLong.empty() : OptionalLong.of(withdrawn);
    }

    /** Why the packet is in no cut, in words for metrics; empty if it will be. */
    public List<String> dropped() {
        return dropped;
    }

    /** Why the session was put under quarantine by this record, or null. */
    public RuntimeException failure() {
        return failure;
    }
}
