package io.millrace.platform.log;

/** Takes the place of a record that cannot be decoded. Readers count it and skip it. */
public record Undecodable(String why) implements LogRecord {}
