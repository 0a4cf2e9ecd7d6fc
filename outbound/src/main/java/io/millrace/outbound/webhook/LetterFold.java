package io.millrace.outbound.webhook;

import io.millrace.platform.log.DeadLetter;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Redelivery;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The dead letters of one webhook and what became of them, from records of {@code dead-letters}. The records of a
 * partition are folded in their order. Pure.
 */
final class LetterFold {
    private final String webhook;
    private final Map<DeadLetter.Place, Folded> letters = new HashMap<>();

    /**
     * @param letter the newest one of the event
     * @param redelivery the newest record about sending it again; null if there is none since the letter
     */
    record Folded(DeadLetter letter, Redelivery redelivery) {
        /** Returns whether nobody has requested to send the event again since it was given up. */
        boolean isOpen() {
            return redelivery == null;
        }

        /** Returns what there is to deliver; empty if the letter contains no event. */
        Optional<Delivery> delivery() {
            return Delivery.of(letter.event(), letter.place(), 0);
        }
    }

    LetterFold(String webhook) {
        this.webhook = webhook;
    }

    void add(LogRecord record) {
        switch (record) {
            case DeadLetter letter when letter.webhook().equals(webhook) ->
                letters.put(letter.place(), new Folded(letter, null));
            case Redelivery redelivery when redelivery.webhook().equals(webhook) ->
                letters.computeIfPresent(redelivery.place(), (_, folded) -> new Folded(folded.letter(), redelivery));
            case null, default -> {
            }
        }
    }

    int size() {
        return letters.size();
    }

    /** Returns the letters, oldest first. */
    List<Folded> letters() {
        return letters.values().stream().sorted(Comparator.comparingLong(each -> each.letter().atMs())).toList();
    }
}
