package io.millrace.edge.http;

import io.millrace.media.StreamName;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * URLs of other servers under which streams are found here, too, so that players that know them need not be told. A playlist
 * is redirected, so that the URLs in it are resolved against its own place; HTTP-FLV is served where it is asked for.
 * Immutable; without any, everything under such a URL is what {@link Route} says.
 *
 * @param kinds whose URLs
 * @param nginxRtmpApp the application whose streams are below {@code /hls/}
 */
public record FamiliarUrls(Set<Kind> kinds, String nginxRtmpApp) {
    /** Whose they are. */
    public enum Kind {
        /** {@code /hls/show.m3u8}, and {@code /hls/show/index.m3u8} (hls_nested) */
        NGINX_RTMP("nginx-rtmp"),
        /** {@code /live/show/index.m3u8} */
        MEDIAMTX("mediamtx"),
        /** {@code /live?port=1935&app=live&stream=show} */
        NGINX_HTTP_FLV("nginx-http-flv");

        private final String label;

        Kind(String label) {
            this.label = label;
        }
    }

    public static final FamiliarUrls NONE = new FamiliarUrls(Set.of(), "live");

    private static final char DELETE = 0x7f;
    private static final String HLS = "/hls/";
    private static final Pattern NESTED = Pattern.compile("/hls/([^/]+)/index\\.m3u8");
    private static final Pattern FLAT = Pattern.compile("/hls/([^/]+)\\.m3u8");
    private static final Pattern INDEX = Pattern.compile("/(.+)/index\\.m3u8");

    public FamiliarUrls {
        kinds = Set.copyOf(kinds);
    }

    /**
     * @param text {@code off}, or a list such as {@code nginx-rtmp,mediamtx,nginx-http-flv}; {@code nginx-rtmp=APP} for the
     *     streams of another application than {@code live}
     * @throws IllegalArgumentException saying what would be right
     */
    public static FamiliarUrls parse(String text) {
        if (text.strip().equals("off")) {
            return NONE;
        }
        Set<Kind> kinds = new LinkedHashSet<>();
        String app = NONE.nginxRtmpApp();
        for (String each : text.split(",", -1)) {
            String[] sides = each.strip().split("=", 2);
            Kind kind = List.of(Kind.values()).stream().filter(one -> one.label.equals(sides[0])).findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("'" + each.strip()
                            + "' is none of nginx-rtmp, nginx-rtmp=APP, mediamtx, nginx-http-flv, nor 'off'"));
            if (sides.length == 2) {
                if (kind != Kind.NGINX_RTMP || StreamName.parse(sides[1] + "/x").isEmpty()) {
                    throw new IllegalArgumentException("'" + each.strip() + "' names no application for nginx-rtmp");
                }
                app = sides[1];
            }
            kinds.add(kind);
        }
        return new FamiliarUrls(kinds, app);
    }

    /** What a target names if it is a URL of one of those; empty for everything else. */
    Optional<Route> route(String target) {
        if (kinds.isEmpty() || target.indexOf('@') >= 0) {
            return Optional.empty();
        }
        try {
            var decoder = new QueryStringDecoder(Route.originForm(target));
            if (!decoder.rawQuery().chars().allMatch(c -> c > ' ' && c < DELETE)) {
                return Optional.empty(); // nothing that could stand in a header
            }
            String query = decoder.rawQuery().isEmpty() ? "" : "?" + decoder.rawQuery();
            return playlist(decoder.path(), query).or(() -> flv(decoder));
        } catch (IllegalArgumentException _) {
            // Told by whoever reads it next.
            return Optional.empty();
        }
    }

    private Optional<Route> playlist(String path, String query) {
        if (kinds.contains(Kind.NGINX_RTMP) && path.startsWith(HLS)) {
            Matcher nested = NESTED.matcher(path);
            Matcher flat = FLAT.matcher(path);
            return nested.matches()
                    ? moved(nginxRtmpApp + "/" + nested.group(1), "../../" + nginxRtmpApp + "/", query)
                    : flat.matches()
                            ? moved(nginxRtmpApp + "/" + flat.group(1), "../" + nginxRtmpApp + "/", query)
                            : Optional.empty();
        }
        Matcher index = INDEX.matcher(path);
        return kinds.contains(Kind.MEDIAMTX) && index.matches()
                ? moved(index.group(1), "../", query)
                : Optional.empty();
    }

    /** Relative, so that it holds behind a proxy that serves us below a path of its own. */
    private static Optional<Route> moved(String stream, String place, String query) {
        return StreamName.parse(stream).isEmpty()
                ? Optional.empty()
                : Optional.of(new Route.Moved(place + stream.substring(stream.lastIndexOf('/') + 1) + ".m3u8" + query));
    }

    private Optional<Route> flv(QueryStringDecoder decoder) {
        if (!kinds.contains(Kind.NGINX_HTTP_FLV) || !decoder.path().equals("/live")) {
            return Optional.empty();
        }
        var query = new Route.Query(decoder.parameters());
        String stream = query.get("app") + "/" + query.get("stream");
        return query.get("app") == null || query.get("stream") == null || StreamName.parse(stream).isEmpty()
                ? Optional.empty()
                : Optional.of(new Route.Flv(stream, query));
    }
}
