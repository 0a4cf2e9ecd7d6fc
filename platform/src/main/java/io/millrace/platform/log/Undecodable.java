package io.millrace.platform.log;

/** Stands for a record that could not be read: it is counted and skipped, and stops nobody. */
public record Undecodable(String why) implements LogRecord {}
