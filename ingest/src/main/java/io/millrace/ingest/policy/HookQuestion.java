package io.millrace.ingest.policy;

import io.millrace.media.StreamName;

/**
 * What a hook is asked about. Immutable.
 *
 * @param stream the public name
 * @param query of the encoder's URL, without a stream key
 * @param tcUrl as the encoder gave it, without its query, which is in {@code query} too
 * @param client flashVer
 * @param address {@code host:port} of the encoder
 * @param number of the question, for both sides' logs
 * @param node that asks
 */
record HookQuestion(StreamName stream, QueryString query, String tcUrl, String client, String address, long number,
        String node) {

    String app() {
        return stream.value().substring(0, stream.value().lastIndexOf('/'));
    }

    String name() {
        return stream.value().substring(stream.value().lastIndexOf('/') + 1);
    }

    /** Without port and brackets. */
    String host() {
        return address.substring(0, Math.max(0, address.lastIndexOf(':'))).replaceAll("[\\[\\]]", "");
    }
}
