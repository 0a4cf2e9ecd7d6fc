package io.millrace.platform.log;

/**
 * A value of the topic {@code packets}. The cuts, parts, index and directory entries are derived from these records in
 * log order.
 */
public sealed interface PacketsRecord extends LogRecord
        permits SessionStarted, SessionTracks, Packet, SessionEnded, GraceOver, CueRequest {}
