/**
 * The RTMP(S) server and client on Netty: connections, limits, TLS, pacing. What happens on publish or play is decided
 * by the application that ingest or edge registers, which for publishing knows {@code platform.publish} only; the
 * protocol itself is in {@code media.rtmp}. Runs on Netty's event loops.
 */
package io.millrace.platform.rtmp;
