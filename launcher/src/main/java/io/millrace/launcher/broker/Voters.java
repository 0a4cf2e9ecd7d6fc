package io.millrace.launcher.broker;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The controllers of all brokers of a cluster; the list is the same for each broker. Immutable.
 *
 * @param all sorted by id; empty for {@code alone}
 */
public record Voters(List<Voter> all) {
    public static final Voters ALONE = new Voters(List.of());
    private static final String ALONE_TEXT = "alone";

    public Voters {
        all = all.stream().sorted(Comparator.comparingInt(Voter::id)).toList();
        if (all.stream().map(Voter::id).distinct().count() < all.size()) {
            throw new IllegalArgumentException("'" + all + "' contains an id twice");
        }
    }

    /** @throws IllegalArgumentException with a message that says what is valid */
    public static Voters parse(String text) {
        return text.strip().equals(ALONE_TEXT)
                ? ALONE
                : new Voters(Arrays.stream(text.split(",", -1)).map(Voter::parse).toList());
    }

    public Optional<Voter> find(int id) {
        return all.stream().filter(voter -> voter.id() == id).findFirst();
    }

    /** Returns the format of Kafka's {@code controller.quorum.voters}; {@code alone} if the list is empty. */
    @Override
    public String toString() {
        return all.isEmpty() ? ALONE_TEXT : all.stream().map(Voter::toString).collect(Collectors.joining(","));
    }
}
