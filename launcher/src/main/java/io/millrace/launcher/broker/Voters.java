package io.millrace.launcher.broker;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The controllers of all brokers in a cluster. Every broker of the cluster must have the same list. Immutable.
 *
 * @param all the controllers, sorted by id; empty for {@code alone}
 */
public record Voters(List<Voter> all) {
    /** Stands for a single broker whose controller has a port that is chosen later. */
    public static final Voters ALONE = new Voters(List.of());
    private static final String ALONE_TEXT = "alone";

    public Voters {
        all = all.stream().sorted(Comparator.comparingInt(Voter::id)).toList();
        if (all.stream().map(Voter::id).distinct().count() < all.size()) {
            throw new IllegalArgumentException("'" + all + "' contains an id twice");
        }
    }

    /**
     * Parses {@code alone} or a comma-separated list of controllers.
     *
     * @throws IllegalArgumentException if {@code text} is neither; the message is for the user
     */
    public static Voters parse(String text) {
        return text.strip().equals(ALONE_TEXT)
                ? ALONE
                : new Voters(Arrays.stream(text.split(",", -1)).map(Voter::parse).toList());
    }

    /** Returns the controller of the broker with this id; empty if there is none. */
    public Optional<Voter> find(int id) {
        return all.stream().filter(voter -> voter.id() == id).findFirst();
    }

    /** Returns the format of Kafka's {@code controller.quorum.voters}; {@code alone} if the list is empty. */
    @Override
    public String toString() {
        return all.isEmpty() ? ALONE_TEXT : all.stream().map(Voter::toString).collect(Collectors.joining(","));
    }
}
