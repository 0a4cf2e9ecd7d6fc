package io.millrace.edge.http;

import io.millrace.edge.audience.Viewers;
import io.millrace.edge.meters.Protocol;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.StreamEntry;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The parameters of {@code /api/v1/streams}, on the HTTP port and the admin port. Immutable.
 *
 * @param after the page begins after this stream name; null for the first page
 * @param limit maximum number of streams per page, 1 to {@link #MAX_LIMIT}
 * @param states states to include
 * @param search text that the name must contain, in lower case
 */
record StreamList(String after, int limit, Set<StreamEntry.State> states, String search) {
    static final int DEFAULT_LIMIT = 100;
    static final int MAX_LIMIT = 1000;
    /** States by their names in the API. */
    private static final Map<String, StreamEntry.State> STATES = Arrays.stream(StreamEntry.State.values())
            .collect(Collectors.toMap(ApiJson::state, Function.identity(), (a, _) -> a, LinkedHashMap::new));

    /**
     * @param query returns the value of a parameter, or null
     * @throws IllegalArgumentException if a parameter is invalid; the message names the valid values
     */
    static StreamList parse(UnaryOperator<String> query) {
        int limit = limit(query.apply("limit"));
        Set<StreamEntry.State> states = states(query.apply("state"));
        String search = query.apply("search");
        return new StreamList(query.apply("after"), limit, states,
                search == null ? "" : search.toLowerCase(Locale.ROOT));
    }

    /**
     * Parses the parameter {@code limit}.
     *
     * @param text null for the default
     * @throws IllegalArgumentException if {@code text} is not a number from 1 to {@link #MAX_LIMIT}
     */
    static int limit(String text) {
        if (text == null) {
            return DEFAULT_LIMIT;
        }
        if (text.matches("[1-9][0-9]{0,3}") && Integer.parseInt(text) <= MAX_LIMIT) {
            return Integer.parseInt(text);
        }
        throw new IllegalArgumentException("limit must be a number from 1 to " + MAX_LIMIT);
    }

    /** @param text a list such as {@code live,grace}; null for all states */
    private static Set<StreamEntry.State> states(String text) {
        if (text == null) {
            return EnumSet.allOf(StreamEntry.State.class);
        }
        Set<StreamEntry.State> states = EnumSet.noneOf(StreamEntry.State.class);
        for (String name : text.split(",", -1)) {
            StreamEntry.State state = STATES.get(name);
            if (state == null) {
                throw new IllegalArgumentException("state must be one or more of " + String.join(",", STATES.keySet())
                        + ", separated by commas");
            }
            states.add(state);
        }
        return states;
    }

    /** Returns one page of the directory. */
    ApiJson.Streams page(StreamDirectory directory, Function<StreamEntry, ApiJson.Stream> json) {
        // One more than the page size shows whether there is a next page.
        List<StreamEntry> found = directory.list(after, limit + 1, entry -> states.contains(entry.state())
                && entry.stream().toLowerCase(Locale.ROOT).contains(search));
        boolean more = found.size() > limit;
        List<StreamEntry> page = more ? found.subList(0, limit) : found;
        return new ApiJson.Streams(page.stream().map(json).toList(), more ? page.getLast().stream() : null);
    }

    /** Returns the viewer counts of a stream at this edge, by protocol. */
    static Map<String, Integer> counts(Viewers viewers, String stream) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (Protocol protocol : Protocol.values()) {
            counts.put(protocol.label(), viewers.count(stream, protocol));
        }
        return counts;
    }
}
