package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamEvent;
import io.millrace.platform.log.Track;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The results of folding one log record. The fold fills it and then hands it to the caller. Nearly all records have no
 * results, so a list is created when something is added.
 */
public final class Step {
    private static final long NONE = -1;

    private List<Cut> cuts = List.of();
    private List<StreamEntry> entries = List.of();
    private List<Warned> warnings = List.of();
    private List<Warned> newWarnings = List.of();
    private List<List<Track>> openings = List.of();
    private List<String> goneWarnings = List.of();
    private List<StreamEvent> events = List.of();
    private List<String> dropped = List.of();
    private boolean packetDropped;
    private RuntimeException failure;
    private int entered;
    private EpochEnded ended;
    private long withdrawn = NONE;

    /**
     * A warning.
     *
     * @param message text for users
     */
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

    /** Reports a warning. The warning is added to {@link #newWarnings} if it is the session's first with this code. */
    void warn(StreamWarning warning, String message) {
        warnings = with(warnings, new Warned(warning, message));
    }

    void event(StreamEvent event) {
        events = with(events, event);
    }

    /** Reports the code of a warning whose cause is gone. */
    void endWarning(String code) {
        goneWarnings = with(goneWarnings, code);
    }

    /** Returns the codes of the warnings that have ended since the last call. */
    List<String> takeGoneWarnings() {
        List<String> taken = goneWarnings;
        goneWarnings = List.of();
        return taken;
    }

    void addNewWarning(Warned warning) {
        newWarnings = with(newWarnings, warning);
    }

    /** Adds the tracks with which a segment began, or now has. */
    void addOpening(List<Track> tracks) {
        openings = with(openings, tracks);
    }

    /** Reports that the packet was dropped. */
    void drop(String reason) {
        dropped = with(dropped, reason);
        packetDropped = true;
    }

    /** Reports that single frames were dropped, of this packet or of earlier ones. */
    void dropFrames(String reason, int count) {
        for (int i = 0; i < count; i++) {
            dropped = with(dropped, reason);
        }
    }

    boolean isPacketDropped() {
        return packetDropped;
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

    /** Returns the tracks with which segments have begun since the last call, in order. */
    List<List<Track>> takeNewOpenings() {
        List<List<Track>> taken = openings;
        openings = List.of();
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

    /** Returns the warnings that occurred for the first time in the session. */
    public List<Warned> newWarnings() {
        return newWarnings;
    }

    /** Returns whether there is any record to write. */
    public boolean hasOutputs() {
        return !cuts.isEmpty() || !entries.isEmpty() || ended != null || withdrawn != NONE || !events.isEmpty();
    }

    /** Returns the records to write to the topic {@code segments}, in order. */
    public List<Cut> cuts() {
        return cuts;
    }

    /** Returns the record to write to the topic {@code segments} after {@link #cuts}, if the epoch is over. */
    public Optional<EpochEnded> ended() {
        return Optional.ofNullable(ended);
    }

    /** Returns the records to write to the topic {@code streams}, in order. */
    public List<StreamEntry> entries() {
        return entries;
    }

    /** Returns the records to write to the topic {@code events}, in order. */
    public List<StreamEvent> events() {
        return events;
    }

    /**
     * Returns the epoch to delete from {@code streams} after {@link #entries} are written, because it ended without a
     * segment; empty if there is none.
     */
    public OptionalLong withdrawn() {
        return withdrawn == NONE ? OptionalLong.empty() : OptionalLong.of(withdrawn);
    }

    /** Returns the reasons why the packet and frames of earlier packets were dropped, as metric tag values. */
    public List<String> dropped() {
        return dropped;
    }

    /** Returns the exception that put the session under quarantine at this record, or null. */
    public RuntimeException failure() {
        return failure;
    }
}
