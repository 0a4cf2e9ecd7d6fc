package io.millrace.platform.log;

/**
 * States that a session is over. Ends the epoch if the session is the stream's current one; void if a greater session
 * has taken over. Written after the notice {@link SessionNotice.State#OVER}. In epochs before version 3 of the rules it
 * was written before that notice, and is void unless the session has ended.
 *
 * @param session number of the session
 * @param atMs wall clock of the writer, ms since 1970
 */
public record GraceOver(long session, long atMs) implements PacketsRecord {}
