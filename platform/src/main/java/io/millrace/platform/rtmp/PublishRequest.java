package io.millrace.platform.rtmp;

import io.millrace.media.StreamName;

/**
 * What an encoder asks for with {@code publish}, already split and checked.
 *
 * @param stream application and stream name, query and {@code _definst_} removed
 * @param query of the name, else of the application, else of tcUrl; without the {@code ?}, empty without one
 * @param client flashVer of connect, at most 256 printable characters, or empty
 * @param address {@code host:port} of the encoder
 */
public record PublishRequest(StreamName stream, String query, String client, String address) {}
