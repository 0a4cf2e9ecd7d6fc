package io.millrace.platform.access;

import io.millrace.media.StreamName;
import io.millrace.platform.access.AccessRequest.Action;
import io.millrace.platform.net.PeerNetwork;

/**
 * A request to the hook. Immutable.
 *
 * @param stream the public name
 * @param query query of the peer's URL, without a stream key
 * @param tcUrl an RTMP peer's tcUrl, an HTTP client's path; without the query, which is part of {@code query}
 * @param client the peer's flashVer or User-Agent
 * @param address {@code host:port} of the peer, or only the host
 * @param number number of the request, for the logs of both sides
 * @param node id of the node that sends the request
 */
record HookRequest(Action action, StreamName stream, QueryString query, String tcUrl, String client, String address,
        long number,
        String node) {

    /** Returns the stream name without its last segment. */
    String app() {
        return stream.value().substring(0, stream.value().lastIndexOf('/'));
    }

    /** Returns the last segment of the stream name. */
    String name() {
        return stream.value().substring(stream.value().lastIndexOf('/') + 1);
    }

    /** Returns the peer's address without port and brackets. */
    String host() {
        return PeerNetwork.hostOf(address);
    }
}
