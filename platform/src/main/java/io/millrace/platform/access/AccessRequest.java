package io.millrace.platform.access;

import io.millrace.media.StreamName;
import io.millrace.platform.net.PeerNetwork;
import java.util.Locale;

/**
 * A request to publish or to play a stream. The name may be a secret (a stream key), so it must not be logged before a
 * policy has allowed the request. Immutable.
 *
 * @param stream requested name
 * @param query query of the URL, without {@code ?}; empty if the URL has none. Over HTTP, only the parameters that may be
 *     credentials, wherever the URL has them. May hold secrets
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
        RTMP, FLV, HLS, DASH,
        /** The description of a stream, which names its media. */
        API
    }

    /**
     * The peer that makes the request.
     *
     * @param address {@code host:port}, or only the host if the proxy in front of this node does not pass on the port
     * @param client name and version as stated by the peer (flashVer, User-Agent), possibly empty
     * @param url tcUrl in RTMP, as the peer sent it; the path in HTTP, without credentials
     */
    public record Source(Protocol protocol, String address, String client, String url) {
        /** Returns the address without port and brackets; empty if it is unknown. */
        public String host() {
            return PeerNetwork.hostOf(address);
        }
    }
}
