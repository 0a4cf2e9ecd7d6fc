/**
 * RTMP players: which requests are accepted, and how a player joins, pauses and leaves. Media comes from {@link
 * io.millrace.edge.fanout}, protocol and sockets are in {@link io.millrace.platform.rtmp}. Runs on event loops.
 */
package io.millrace.edge.rtmp;
