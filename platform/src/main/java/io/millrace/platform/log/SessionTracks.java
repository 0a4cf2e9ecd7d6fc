package io.millrace.platform.log;

/**
 * The tracks of a session, written before its first packet. The session takes over with this record. If its tracks are
 * not those of the running epoch, the epoch ends here and another one begins, because players cannot follow such a
 * change. The record is void in epochs before version 5 of the rules, if a greater session has taken over, or if this
 * session has taken over already.
 *
 * @param session number of the session
 * @param tracks the tracks; a session with a track that is not among them is claimed again
 */
public record SessionTracks(long session, TrackSet tracks) implements PacketsRecord {}
