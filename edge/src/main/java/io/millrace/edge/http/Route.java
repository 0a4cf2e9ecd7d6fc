package io.millrace.edge.http;

import io.millrace.edge.exchange.Query;
import io.millrace.media.StreamName;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.function.Function;

/**
 * The resource that a request target names. A pure function of the target; immutable.
 *
 * <p>Media URLs contain {@code @}, which stream names cannot, so that the two never collide.
 */
sealed interface Route {
    /** The web page. */
    record Page() implements Route {}

    /** {@code /embed?stream=live/show}: the player alone, for frames of other sites. */
    record Embed() implements Route {}

    /** A file of the web page, by its path below {@code /assets/}. */
    record Asset(String path) implements Route {}

    /** {@code /live/show.m3u8} */
    record Multivariant(String stream, Query query) implements Route {}

    /** {@code /live/show/@17/ts/index.m3u8}, or for a run of epochs {@code /live/show/@17-29/ts/index.m3u8} */
    record MediaPlaylist(String stream, long firstEpoch, long lastEpoch, Query query) implements Route {}

    /** {@code /live/show/@17/ts/5.ts} */
    record Segment(String stream, long epoch, long number) implements Route {}

    /** {@code /live/show.flv} */
    record Flv(String stream, Query query) implements Route {}

    /** {@code /api/v1/streams} */
    record Streams(Query query) implements Route {}

    /** {@code /api/v1/streams/live/show} */
    record Stream(String stream) implements Route {}

    /** {@code /api/v1/streams/live/show/sessions}; hides a stream named {@code a/b/sessions} behind {@code a/b}. */
    record Sessions(String stream, Query query) implements Route {}

    /** {@code /api/v1/ingest} */
    record Ingest() implements Route {}

    /** A redirect to a relative URL; only from {@link FamiliarUrls}. */
    record Moved(String location) implements Route {}

    /** No resource has this URL. */
    record Unknown() implements Route {}

    /** The target cannot be parsed. */
    record Malformed(String why) implements Route {}

    String API = "/api/v1/streams";
    String INGEST = "/api/v1/ingest";
    /** Decimal digits that always fit a long. */
    int LONGEST_NUMBER = 18;

    /** @param target the request target, in origin or absolute form */
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
     * Parses a media URL, which most requests have.
     *
     * @param rest the part after {@code @}, such as {@code 17/ts/5.ts}
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

    /** Returns -1 unless the number is in canonical form, so that every segment has a single URL. */
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

    /** Returns the path and query of an absolute target such as {@code http://host/path}, which a proxy may send. */
    static String originForm(String target) {
        if (target.startsWith("/")) {
            return target;
        }
        if (!target.startsWith("http://") && !target.startsWith("https://")) {
            throw new IllegalArgumentException("a request target must begin with / or http://");
        }
        int path = target.indexOf('/', target.indexOf("://") + 3);
        return path < 0 ? "/" : target.substring(path);
    }
}
