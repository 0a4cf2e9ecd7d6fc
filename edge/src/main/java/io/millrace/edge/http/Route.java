package io.millrace.edge.http;

import io.millrace.media.StreamName;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a request's target names. A pure function of the text; immutable.
 *
 * <p>Media stand behind {@code @}, which no stream name contains, so that names and media never collide.
 */
sealed interface Route {
    /** The page. */
    record Page() implements Route {}

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
    Pattern PLAYLIST = Pattern.compile("/(.+)/@(0|[1-9][0-9]{0,17})(?:-([1-9][0-9]{0,17}))?/ts/index\\.m3u8");
    Pattern SEGMENT = Pattern.compile("/(.+)/@(0|[1-9][0-9]{0,17})/ts/(0|[1-9][0-9]{0,17})\\.ts");

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
        if (path.startsWith("/assets/")) {
            return new Asset(path.substring("/assets/".length()));
        }
        if (path.equals(API)) {
            return new Streams(query);
        }
        if (path.startsWith(API + "/")) {
            return api(path.substring(API.length() + 1), query);
        }
        if (path.endsWith(".flv")) {
            return named(path, ".flv", stream -> new Flv(stream, query));
        }
        if (path.endsWith(".ts")) {
            return segment(path);
        }
        return path.endsWith(".m3u8") ? playlist(path, query) : new Unknown();
    }

    private static Route segment(String path) {
        Matcher segment = SEGMENT.matcher(path);
        return segment.matches() && StreamName.parse(segment.group(1)).isPresent()
                ? new Segment(segment.group(1), Long.parseLong(segment.group(2)), Long.parseLong(segment.group(3)))
                : new Unknown();
    }

    private static Route playlist(String path, Query query) {
        Matcher playlist = PLAYLIST.matcher(path);
        if (playlist.matches() && StreamName.parse(playlist.group(1)).isPresent()) {
            long first = Long.parseLong(playlist.group(2));
            long last = playlist.group(3) == null ? first : Long.parseLong(playlist.group(3));
            return first <= last ? new MediaPlaylist(playlist.group(1), first, last, query) : new Unknown();
        }
        return named(path, ".m3u8", name -> new Multivariant(name, query));
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
