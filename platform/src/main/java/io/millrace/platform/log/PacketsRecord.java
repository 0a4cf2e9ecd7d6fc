package io.millrace.platform.log;

/** A value of the topic {@code packets}, in the order of the log: the one truth from which all else is derived. */
public sealed interface PacketsRecord extends LogRecord permits SessionStarted, Packet, SessionEnded, GraceOver {}
