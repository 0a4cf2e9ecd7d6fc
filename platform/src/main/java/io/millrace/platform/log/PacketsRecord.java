package io.millrace.platform.log;

/** A value of the topic {@code packets}. All other topics are derived from these records in log order. */
public sealed interface PacketsRecord extends LogRecord
        permits SessionStarted, SessionTracks, Packet, SessionEnded, GraceOver {}
