/**
 * Serves RTMP players: decides which play requests are accepted, and how a player joins, pauses and leaves. Media comes
 * from {@link io.millrace.edge.fanout}; the protocol and the sockets are in {@link io.millrace.platform.rtmp}. Runs on
 * event loops.
 */
package io.millrace.edge.rtmp;
