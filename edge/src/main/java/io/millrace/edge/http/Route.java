package io.millrace.edge.http;

import io.millrace.media.StreamName;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What a request's target names. A pure function of the text; immutable.
 *
 * <p>Media stand behind {@code @}, which no stream name contains, so that names and media never collide.
 */
sealed interface Route {
    /** The page. */
    record Page() implements Route {}

    /** {@code /embed?stream=live/show}: the player alone, for other sites' frames. */
    record Embed() implements Route {}

    /** A file of the page, by its path below {@code /assets/}. */
    record Asset(String path) implements Route {}

    /** {@code /live/show.m3u8} */
    record Multivariant(String stream, Query query) implements Route {}

    /** {@code /live/show/@17/ts/index.m3u8}, or of a run of epochs {@code /live/show/@17-29/ts/index.m3u8} */
    record MediaPlaylist(String stream, long firstEpoch, long lastEpoch, Query query) implements Route {}

    /** {@code /live/show/@17/ts/5.ts} */
    record Segment(String stream, long epoch, long number) implements Route {}

    /** {@code /live/show.flv} */
    record Flv(String stream, Query query) implements Route {}

    /** {@code /api/v1/streams} */
    record Streams(Query query) implements Route {}

    /** {@code /api/v1/streams/live/show} */
    record Stream(String stream) implements Route {}

    /** {@code /api/v1/streams/live/show/sessions}; a stream named {@code a/b/sessions} is hidden by that of {@code a/b}. */
    record Sessions(String stream, Query query) implements Route {}

    /** {@code /api/v1/ingest} */
    record Ingest() implements Route {}

    /** Elsewhere: a URL relative to this one. Only of {@link FamiliarUrls}. */
    record Moved(String location) implements Route {}

    /** Nothing of ours. */
    record Unknown() implements Route {}

    /** The target cannot be read. */
    record Malformed(String why) implements Route {}

    /** Parameters by name. */
    record Query(Map<String, List<String>> values) {
        /** The first value, or null. */
        String get(String name) {
            List<String> all = values.get(name);
            return all == null ? null : all.getFirst();
        }
    }

    String API = "/api/v1/streams";
    String INGEST = "/api/v1/ingest";
    /** Digits of a number that a long holds. */
    int LONGEST_NUMBER = 18;

    /** @param target of the request line, origin or absolute form */
    static Route parse(String target) {
        try {
            var decoder = new QueryStringDecoder(originForm(target));
            return parse(decoder.path(), new Query(decoder.parameters()));
        } catch (IllegalArgumentException e) {
            return new Malformed(e.getMessage());
        }
    }

    private static Route parse(String path, Query query) {
        if (path.equals("/")) {
            return new Page();
        }
        if (path.equals("/embed")) {
            return new Embed();
        }
        if (path.startsWith("/assets/")) {
            return new Asset(path.substring("/assets/".length()));
        }
        if (path.equals(API)) {
            return new Streams(query);
        }
        if (path.startsWith(API + "/")) {
            return api(path.substring(API.length() + 1), query);
        }
        if (path.equals(INGEST)) {
            return new Ingest();
        }
        if (path.endsWith(".flv")) {
            return named(path, ".flv", stream -> new Flv(stream, query));
        }
        int media = path.indexOf("/@");
        if (media > 0) {
            return media(path.substring(1, media), path.substring(media + 2), query);
        }
        return path.endsWith(".m3u8") ? named(path, ".m3u8", name -> new Multivariant(name, query)) : new Unknown();
    }

    /**
     * What most requests are for.
     *
     * @param rest what stands behind the {@code @}: {@code 17/ts/5.ts}
     */
    private static Route media(String stream, String rest, Query query) {
        int slash = rest.indexOf('/');
        if (slash < 0 || !rest.startsWith("/ts/", slash) || StreamName.problem(stream).isPresent()) {
            return new Unknown();
        }
        String epochs = rest.substring(0, slash);
        String file = rest.substring(slash + "/ts/".length());
        int dash = epochs.indexOf('-');
        long first = number(dash < 0 ? epochs : epochs.substring(0, dash));
        long last = dash < 0 ? first : number(epochs.substring(dash + 1));
        if (file.equals("index.m3u8")) {
            return first >= 0 && last >= first ? new MediaPlaylist(stream, first, last, query) : new Unknown();
        }
        long segment = file.endsWith(".ts") ? number(file.substring(0, file.length() - ".ts".length())) : -1;
        return first >= 0 && dash < 0 && segment >= 0 ? new Segment(stream, first, segment) : new Unknown();
    }

    /** Every number is written in one way, so that every segment has one URL; -1 for anything else. */
    private static long number(String digits) {
        boolean isOne = !digits.isEmpty() && digits.length() <= LONGEST_NUMBER
                && (digits.charAt(0) != '0' || digits.length() == 1)
                && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return isOne ? Long.parseLong(digits) : -1;
    }

    private static Route api(String rest, Query query) {
        String suffix = "/sessions";
        if (rest.endsWith(suffix)) {
            String stream = rest.substring(0, rest.length() - suffix.length());
            if (StreamName.parse(stream).isPresent()) {
                return new Sessions(stream, query);
            }
        }
        return StreamName.parse(rest).isPresent() ? new Stream(rest) : new Unknown();
    }

    private static Route named(String path, String suffix, Function<String, Route> route) {
        String name = path.substring(1, path.length() - suffix.length());
        return StreamName.parse(name).isPresent() ? route.apply(name) : new Unknown();
    }

    /** What a proxy may send: {@code http://host/path}. */
    static String originForm(String target) {
        if (target.startsWith("/")) {
            return target;
        }
        if (!target.startsWith("http://") && !target.startsWith("https://")) {
            throw new IllegalArgumentException("a target begins with / or http://");
        }
        int path = target.indexOf('/', target.indexOf("://") + 3);
        return path < 0 ? "/" : target.substring(path);
    }
}
