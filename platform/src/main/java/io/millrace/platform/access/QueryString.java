package io.millrace.platform.access;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The parameters of a URL's query, percent-decoded, in the order of the URL. Immutable. */
record QueryString(List<Parameter> parameters) {
    /** @param value empty if the parameter has no value */
    record Parameter(String name, String value) {}

    /** Parses a query without its question mark; an empty query has no parameters. Never fails. */
    static QueryString parse(String query) {
        return new QueryString(Stream.of(query.split("&")).filter(part -> !part.isEmpty()).map(part -> {
            int sign = part.indexOf('=');
            return sign < 0
                    ? new Parameter(decoded(part), "")
                    : new Parameter(decoded(part.substring(0, sign)), decoded(part.substring(sign + 1)));
        }).toList());
    }

    /** Returns the first parameter of that name, which is the one closest to the stream's name. */
    Optional<String> first(String name) {
        return parameters.stream().filter(each -> each.name().equals(name)).map(Parameter::value).findFirst();
    }

    /** Returns these parameters without those called {@code name}. */
    QueryString without(String name) {
        return new QueryString(parameters.stream().filter(each -> !each.name().equals(name)).toList());
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return text; // a % that escapes nothing stands for itself
        }
    }
}
