package io.millrace.platform.rtmp;

import io.millrace.media.StreamName;

/**
 * An encoder's {@code publish} command, parsed and checked. The name may be a secret as well: it is not logged before
 * the application has decided that it is not. Immutable.
 *
 * @param stream application and stream name without query and {@code _definst_}
 * @param query the queries of the name, the application and tcUrl, in that order, joined by {@code &}; empty if none
 *        has one. May hold secrets
 * @param client flashVer of {@code connect}, at most 256 printable characters, possibly empty
 * @param tcUrl as the encoder sent it. May hold secrets
 * @param address {@code host:port} of the encoder
 */
public record PublishRequest(StreamName stream, String query, String client, String tcUrl, String address) {}
