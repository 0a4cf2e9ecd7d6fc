package io.millrace.edge.http;

import io.millrace.edge.exchange.Query;
import io.millrace.edge.exchange.RequestTarget;
import io.millrace.media.StreamName;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Support for the URL schemes of other servers, so that existing players keep their URLs. A playlist request is
 * redirected, so that the URLs in the playlist resolve against its canonical URL; HTTP-FLV is served directly.
 * Immutable; without any scheme, {@link Route} handles every URL.
 *
 * @param kinds the enabled schemes
 * @param nginxRtmpApp the RTMP application (the part of a stream name before the last slash) whose streams are below
 *     {@code /hls/}; only for {@link Kind#NGINX_RTMP}
 */
public record FamiliarUrls(Set<Kind> kinds, String nginxRtmpApp) {
    /** A server whose URL scheme is supported. */
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
     * @param text {@code off}, or a list such as {@code nginx-rtmp,mediamtx,nginx-http-flv}; {@code nginx-rtmp=APP}
     *     selects another application than {@code live}
     * @throws IllegalArgumentException if {@code text} names an unknown scheme or an invalid application; the message
     *     names the valid values
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

    /** Returns the route of a target that follows an enabled scheme; empty for all other targets. */
    Optional<Route> route(String target) {
        if (kinds.isEmpty() || target.indexOf('@') >= 0) {
            return Optional.empty();
        }
        try {
            var decoder = new QueryStringDecoder(RequestTarget.parse(target).origin());
            if (!decoder.rawQuery().chars().allMatch(c -> c > ' ' && c < DELETE)) {
                return Optional.empty(); // The query could not be sent in a Location header.
            }
            String query = decoder.rawQuery().isEmpty() ? "" : "?" + decoder.rawQuery();
            return playlist(decoder.path(), query).or(() -> flv(decoder));
        } catch (IllegalArgumentException _) {
            // The next parser reports the malformed target.
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

    /** Returns a relative redirect, which also works behind a proxy that serves this edge below a path prefix. */
    private static Optional<Route> moved(String stream, String place, String query) {
        return StreamName.parse(stream).isEmpty()
                ? Optional.empty()
                : Optional.of(new Route.Moved(place + stream.substring(stream.lastIndexOf('/') + 1) + ".m3u8" + query));
    }

    private Optional<Route> flv(QueryStringDecoder decoder) {
        if (!kinds.contains(Kind.NGINX_HTTP_FLV) || !decoder.path().equals("/live")) {
            return Optional.empty();
        }
        var query = new Query(decoder.parameters());
        String stream = query.get("app") + "/" + query.get("stream");
        return query.get("app") == null || query.get("stream") == null || StreamName.parse(stream).isEmpty()
                ? Optional.empty()
                : Optional.of(new Route.Output("/" + stream + ".flv", query));
    }
}
