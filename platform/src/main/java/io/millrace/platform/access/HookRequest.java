package io.millrace.platform.access;

import io.millrace.media.StreamName;

/**
 * A request to the hook. Immutable.
 *
 * @param stream the public name
 * @param query query of the encoder's URL, without a stream key
 * @param tcUrl the encoder's tcUrl without its query, which is part of {@code query}
 * @param client the encoder's flashVer
 * @param address {@code host:port} of the encoder
 * @param number number of the request, for the logs of both sides
 * @param node id of the node that sends the request
 */
record HookRequest(StreamName stream, QueryString query, String tcUrl, String client, String address, long number,
        String node) {

    /** Returns the stream name without its last segment. */
    String app() {
        return stream.value().substring(0, stream.value().lastIndexOf('/'));
    }

    /** Returns the last segment of the stream name. */
    String name() {
        return stream.value().substring(stream.value().lastIndexOf('/') + 1);
    }

    /** Returns the encoder's address without port and brackets. */
    String host() {
        return address.substring(0, Math.max(0, address.lastIndexOf(':'))).replaceAll("[\\[\\]]", "");
    }
}
