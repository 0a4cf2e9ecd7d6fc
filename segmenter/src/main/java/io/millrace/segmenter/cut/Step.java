package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.StreamEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The results of folding one log record. Filled by the fold, then handed to the caller. */
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
    private EpochEnded ended;
    private long withdrawn = NONE;

    /** A segment began with these configurations. Either may be null. */
    record Opening(TrackConfig video, TrackConfig audio) {}

    /** @param message text for users */
    public record Warned(StreamWarning warning, String message) {}

    Step() {}

    void cut(Cut cut) {
        cuts.add(cut);
    }

    void end(EpochEnded record) {
        ended = record;
    }

    void entry(StreamEntry entry) {
        entries.add(entry);
    }

    void withdraw(long epoch) {
        withdrawn = epoch;
    }

    /** Reports a warning. {@link #newWarnings} receives it if it is the session's first of its kind. */
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

    /** Returns the cuts since the last call. */
    List<Cut> takeNewCuts() {
        List<Cut> taken = List.copyOf(cuts.subList(entered, cuts.size()));
        entered = cuts.size();
        return taken;
    }

    /** Returns the warnings since the last call. */
    List<Warned> takeNewWarnings() {
        List<Warned> taken = List.copyOf(warnings);
        warnings.clear();
        return taken;
    }

    /** The warnings that occurred for the first time in the session. */
    public List<Warned> newWarnings() {
        return newWarnings;
    }

    List<Opening> openings() {
        return openings;
    }

    /** Records to write to the topic {@code segments}, in order. */
    public List<Cut> cuts() {
        return cuts;
    }

    /** The record to write to the topic {@code segments} after {@link #cuts}, if the epoch is over. */
    public Optional<EpochEnded> ended() {
        return Optional.ofNullable(ended);
    }

    /** Records to write to the topic {@code streams}, in order. */
    public List<StreamEntry> entries() {
        return entries;
    }

    /** The epoch to delete from {@code streams} after writing {@link #entries}, because it ended without a segment. */
    public OptionalLong withdrawn() {
        return withdrawn == NONE ? OptionalLong.empty() : OptionalLong.of(withdrawn);
    }

    /** The reasons why the packet was dropped, as metric tag values; empty if it is or will be in a cut. */
    public List<String> dropped() {
        return dropped;
    }

    /** The exception that put the session under quarantine at this record, or null. */
    public RuntimeException failure() {
        return failure;
    }
}
