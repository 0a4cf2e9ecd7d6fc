package io.millrace.platform.rtmp;

import io.millrace.media.StreamName;

/**
 * What an encoder asks for with {@code publish}, already split and checked. The name may be a secret, too: no log has it before
 * the application has said that it is none.
 *
 * @param stream application and stream name, query and {@code _definst_} removed
 * @param query of the name, the application and tcUrl, in that order, joined by {@code &}; empty without one. May hold secrets
 * @param client flashVer of connect, at most 256 printable characters, or empty
 * @param tcUrl as the encoder gave it. May hold secrets
 * @param address {@code host:port} of the encoder
 */
public record PublishRequest(StreamName stream, String query, String client, String tcUrl, String address) {}
