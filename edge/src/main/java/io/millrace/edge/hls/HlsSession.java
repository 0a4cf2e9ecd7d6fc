package io.millrace.edge.hls;

import io.millrace.edge.exchange.Request;
import io.millrace.platform.access.ViewerSession;
import io.netty.handler.codec.http.HttpHeaderNames;

/**
 * Identifies an HLS viewer: one player at one address that watches one stream, with one token if it needs one. Its requests may use any number of
 * connections, so no connection identifies it.
 *
 * @param host address of the client without its port; empty if unknown
 * @param player its User-Agent, at most {@link #PLAYER_LIMIT} characters
 * @param token the session of its token; null without one
 */
record HlsSession(String stream, String host, String player, ViewerSession token) {
    /** User-Agents are truncated to this length, which no honest one exceeds. */
    private static final int PLAYER_LIMIT = ViewerSession.CLIENT_LIMIT;

    /** Returns what identifies the viewer on all nodes. Not computed for each request, since it takes a hash. */
    ViewerSession viewer() {
        return token == null ? ViewerSession.ofPeer(host, player) : token;
    }

    static HlsSession of(Request request, String stream) {
        String player = request.headers().get(HttpHeaderNames.USER_AGENT, "");
        return new HlsSession(stream, request.remoteHost(),
                player.substring(0, Math.min(player.length(), PLAYER_LIMIT)), request.tokenSession());
    }
}
