package io.millrace.edge.http;

import io.millrace.edge.exchange.Responder;
import io.millrace.edge.exchange.TextBody;
import io.millrace.edge.view.RenderedText;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Serves the web page and its files from the class path. Files are read at start and compressed on first use; browsers
 * revalidate them by ETag. Thread-safe.
 */
final class PageEndpoint {
    private static final String ROOT = "/web/";
    private static final String PAGE = "index.html";
    private static final String EMBED = "embed.html";
    /** Browsers revalidate every time, so that they show a new release at once; otherwise they get 304. */
    private static final String CACHING = "no-cache";
    /** The players run their transmuxers in workers created from blobs, and play blobs. */
    private static final String ANY_FRAME_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            + "media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'";
    /** Other sites may frame only the player, which offers no actions on behalf of a user. */
    private static final String OWN_FRAME_POLICY = ANY_FRAME_POLICY + "; frame-ancestors 'self'";
    private static final Map<String, String> TYPES = new TreeMap<>(Map.of("html", "text/html; charset=utf-8", "js",
            "text/javascript; charset=utf-8", "css", "text/css; charset=utf-8", "svg", "image/svg+xml", "txt",
            "text/plain; charset=utf-8"));
    /** Below {@code /web/assets/}. */
    static final List<String> ASSETS = List.of("palette.css", "page.css", "embed.css", "page.js", "embed.js", "api.js",
            "choices.js", "codecs.js", "dom.js", "hints.js", "hlsplayer.js", "latency.js", "link.js", "list.js",
            "menus.js",
            "multivariant.js", "outputs.js", "player.js", "reports.js", "states.js", "timeline.js", "watching.js",
            "millrace.svg", "vendor/hls.min.js", "vendor/mpegts.min.js", "vendor/hls.js.LICENSE.txt",
            "vendor/mpegts.js.LICENSE.txt");

    private final RenderedText page;
    private final RenderedText embed;
    private final Map<String, RenderedText> assets;

    private PageEndpoint(RenderedText page, RenderedText embed, Map<String, RenderedText> assets) {
        this.page = page;
        this.embed = embed;
        this.assets = assets;
    }

    /** Reads all files; fails if one is missing, which is a bug in the build. */
    static PageEndpoint load() {
        Map<String, RenderedText> assets = new TreeMap<>();
        for (String asset : ASSETS) {
            assets.put(asset, read("assets/" + asset));
        }
        return new PageEndpoint(read(PAGE), read(EMBED), assets);
    }

    void page(Responder responder) {
        TextBody.send(responder, page, TYPES.get("html"), CACHING, headers -> protect(headers, OWN_FRAME_POLICY));
    }

    void embed(Responder responder) {
        TextBody.send(responder, embed, TYPES.get("html"), CACHING, headers -> protect(headers, ANY_FRAME_POLICY));
    }

    void asset(Responder responder, String path) {
        RenderedText asset = assets.get(path);
        if (asset == null) {
            responder.error(HttpResponseStatus.NOT_FOUND, "not_found", "there is no such file");
        } else {
            TextBody.send(responder, asset, TYPES.get(path.substring(path.lastIndexOf('.') + 1)), CACHING, _ -> {});
        }
    }

    private static void protect(HttpHeaders headers, String policy) {
        headers.set(HttpHeaderNames.CONTENT_SECURITY_POLICY, policy);
        headers.set("Referrer-Policy", "no-referrer");
    }

    private static RenderedText read(String name) {
        try (InputStream in = PageEndpoint.class.getResourceAsStream(ROOT + name)) {
            return RenderedText.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
