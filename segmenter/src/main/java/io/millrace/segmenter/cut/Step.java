package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.StreamEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The results of folding one log record. Filled by the fold, then handed to the caller. Nearly all records have none,
 * so the lists are created when something is added.
 */
public final class Step {
    private static final long NONE = -1;

    private List<Cut> cuts = List.of();
    private List<StreamEntry> entries = List.of();
    private List<Warned> warnings = List.of();
    private List<Warned> newWarnings = List.of();
    private List<Opening> openings = List.of();
    private List<String> dropped = List.of();
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
        cuts = with(cuts, cut);
    }

    void end(EpochEnded record) {
        ended = record;
    }

    void entry(StreamEntry entry) {
        entries = with(entries, entry);
    }

    void withdraw(long epoch) {
        withdrawn = epoch;
    }

    /** Reports a warning. {@link #newWarnings} receives it if it is the session's first of its kind. */
    void warn(StreamWarning warning, String message) {
        warnings = with(warnings, new Warned(warning, message));
    }

    void isNew(Warned warning) {
        newWarnings = with(newWarnings, warning);
    }

    void opened(TrackConfig video, TrackConfig audio) {
        openings = with(openings, new Opening(video, audio));
    }

    void drop(String reason) {
        dropped = with(dropped, reason);
    }

    void fail(RuntimeException e) {
        failure = e;
    }

    /** Returns the cuts since the last call. */
    List<Cut> takeNewCuts() {
        if (entered == cuts.size()) {
            return List.of();
        }
        List<Cut> taken = List.copyOf(cuts.subList(entered, cuts.size()));
        entered = cuts.size();
        return taken;
    }

    /** Returns the warnings since the last call. */
    List<Warned> takeNewWarnings() {
        List<Warned> taken = warnings;
        warnings = List.of();
        return taken;
    }

    private static <T> List<T> with(List<T> list, T next) {
        List<T> longer = list.isEmpty() ? new ArrayList<>() : list;
        longer.add(next);
        return longer;
    }

    /** The warnings that occurred for the first time in the session. */
    public List<Warned> newWarnings() {
        return newWarnings;
    }

    List<Opening> openings() {
        return openings;
    }

    /** Whether there is any record to write. */
    public boolean hasOutputs() {
        return !cuts.isEmpty() || !entries.isEmpty() || ended != null || withdrawn != NONE;
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
