package io.millrace.platform.log;

/** Takes the place of a record that no release has written, or that is damaged. Readers count it and skip it. */
public record Undecodable(String why) implements LogRecord {}
