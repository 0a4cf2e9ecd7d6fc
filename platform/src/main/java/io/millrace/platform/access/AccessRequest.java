package io.millrace.platform.access;

import io.millrace.media.StreamName;
import io.millrace.platform.net.PeerNetwork;
import java.util.Locale;

/**
 * A request to publish or to play a stream. The name may be a secret (a stream key), so it must not be logged before a
 * policy has allowed the request. Immutable.
 *
 * @param stream requested name
 * @param query query of the URL, without {@code ?}; empty if the URL has none. May hold secrets
 */
public record AccessRequest(Action action, StreamName stream, String query, Source source) {
    public enum Action {
        PUBLISH, PLAY;

        /** Returns the name of the action in credentials, hooks and metrics. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The protocol of the request, not of the stream: RTMPS is {@link #RTMP}, and FLV by WebSocket is {@link #FLV}. */
    public enum Protocol {
        RTMP, FLV, HLS, DASH
    }

    /**
     * The peer that makes the request.
     *
     * @param address {@code host:port}, or only the host if the proxy in front of this node does not pass on the port
     * @param client name and version as stated by the peer (flashVer, User-Agent), possibly empty
     * @param url as the peer sent it: tcUrl in RTMP, the request target in HTTP. May hold secrets
     */
    public record Source(Protocol protocol, String address, String client, String url) {
        /** Returns the address without port and brackets; empty if it is unknown. */
        public String host() {
            return PeerNetwork.hostOf(address);
        }
    }
}
