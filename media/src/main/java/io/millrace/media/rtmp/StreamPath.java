package io.millrace.media.rtmp;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Application, stream name and query as an encoder sent them. Encoders split one URL at different slashes and put the
 * query in different places, so only the joined path is meaningful.
 *
 * <p>Immutable. Not yet checked to be a {@link io.millrace.media.StreamName}.
 *
 * @param app without query, trailing {@code /} and {@code /_definst_}
 * @param name without query
 * @param query the queries of the name, the application and tcUrl, in that order, joined by {@code &}, so that a token
 *     is found wherever the encoder put it; without {@code ?}, and empty if there is no query
 */
record StreamPath(String app, String name, String query) {
    private static final String DEFAULT_INSTANCE = "/_definst_";

    static StreamPath of(ConnectRequest connect, String name) {
        return new StreamPath(application(withoutQuery(connect.app())), withoutQuery(name),
                queries(name, connect.app(), connect.tcUrl()));
    }

    String path() {
        return app + "/" + name;
    }

    /** Returns a description of what is wrong with the path, or empty if it is within the limits. */
    Optional<String> problem(RtmpLimits.NameChars limits) {
        if (name.isEmpty()) {
            return Optional.of("the URL contains no stream name; it must have the form rtmp://host/application/stream");
        }
        if (app.length() > limits.app() || name.length() > limits.name()) {
            return Optional.of("an application has at most " + limits.app() + " characters, a stream name at most "
                    + limits.name());
        }
        if (query.length() > limits.query()) {
            return Optional.of("a query has at most " + limits.query() + " characters");
        }
        return Optional.empty();
    }

    /**
     * Joins the queries of the sources. Duplicates are removed because some clients repeat the application's query in
     * tcUrl.
     */
    private static String queries(String... sources) {
        return Stream.of(sources).filter(source -> source.contains("?"))
                .map(source -> source.substring(source.indexOf('?') + 1)).filter(query -> !query.isEmpty()).distinct()
                .collect(Collectors.joining("&"));
    }

    private static String withoutQuery(String text) {
        int mark = text.indexOf('?');
        return mark < 0 ? text : text.substring(0, mark);
    }

    private static String application(String app) {
        String bare = withoutTrailingSlashes(app);
        return bare.endsWith(DEFAULT_INSTANCE)
                ? withoutTrailingSlashes(bare.substring(0, bare.length() - DEFAULT_INSTANCE.length()))
                : bare;
    }

    private static String withoutTrailingSlashes(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '/') {
            end--;
        }
        return text.substring(0, end);
    }
}
