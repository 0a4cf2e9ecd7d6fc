/**
 * Players of RTMP: who may play what, and what a player does. The bytes are those of {@link io.millrace.edge.feed}, the
 * protocol and the sockets those of {@link io.millrace.platform.rtmp}.
 */
package io.millrace.edge.rtmp;
