package io.millrace.platform.log;

/**
 * The publisher did not come back in time: the epoch is over. Void unless {@code session} is the stream's current one
 * and has ended.
 *
 * @param session the session that is meant
 * @param atMs wall clock of the writer, ms since 1970
 */
public record GraceOver(long session, long atMs) implements PacketsRecord {}
