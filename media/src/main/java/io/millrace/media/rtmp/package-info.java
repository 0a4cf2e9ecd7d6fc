/**
 * RTMP as bytes and values: handshake, chunk stream, messages, and the protocol sessions (publisher, player, server)
 * that turn bytes into events. Opens no socket and reads no clock; each session is confined to the thread of its
 * connection.
 */
package io.millrace.media.rtmp;
