package io.millrace.platform.directory;

import io.millrace.platform.log.Withdrawal;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.stream.Stream;

/** The withdrawn ranges of one stream. Immutable. */
public record Withdrawals(List<Withdrawal> all) {
    public static final Withdrawals NONE = new Withdrawals(List.of());

    public Withdrawals {
        all = List.copyOf(all);
    }

    /** Returns these and another withdrawal, which replaces an equal one that was written earlier. */
    Withdrawals with(Withdrawal more) {
        return new Withdrawals(Stream.concat(without(more.key()).all.stream(), Stream.of(more)).toList());
    }

    Withdrawals without(Withdrawal.Key key) {
        return new Withdrawals(all.stream().filter(each -> !each.key().equals(key)).toList());
    }

    public boolean isEmpty() {
        return all.isEmpty();
    }

    /** Returns whether a segment is withdrawn, in all renditions. */
    public boolean hasSegment(long epoch, long number) {
        return all.stream().anyMatch(each -> each.hasSegment(epoch, number));
    }

    /** Returns the numbers of the withdrawn segments of an epoch. */
    public LongPredicate segments(long epoch) {
        return number -> hasSegment(epoch, number);
    }

    /** Returns the withdrawal of a packet of an epoch, by its offset. */
    public Optional<Withdrawal> ofPacket(long epoch, long offset) {
        return all.stream().filter(each -> each.hasPacket(epoch, offset)).findFirst();
    }

    /**
     * Returns whether media between two times is withdrawn.
     *
     * @param startMs PROGRAM-DATE-TIME, ms since 1970, inclusive
     * @param endMs exclusive
     */
    public boolean overlap(long startMs, long endMs) {
        return all.stream().anyMatch(each -> each.extent().fromMs() < endMs && each.extent().toMs() > startMs);
    }
}
