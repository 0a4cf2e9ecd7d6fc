package io.millrace.edge.exchange;

import java.util.List;
import java.util.Map;

/** The query parameters of a request by name, percent-decoded. Immutable. */
public record Query(Map<String, List<String>> values) {
    /** Returns the first value of the parameter: empty if it has none ({@code ?name}), null if it is absent. */
    public String get(String name) {
        List<String> all = values.get(name);
        return all == null ? null : all.getFirst();
    }
}
