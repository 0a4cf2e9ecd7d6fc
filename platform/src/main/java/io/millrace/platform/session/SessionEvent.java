package io.millrace.platform.session;

import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionStarted;

/** What a record changed in the life of a stream. Immutable. */
public sealed interface SessionEvent {

    /** A new playlist begins; a {@link TookOver} follows. */
    record EpochBegan(long epoch, EpochRules rules) implements SessionEvent {}

    /** {@code session} is the stream's current one from this record on. */
    record TookOver(long session, SessionStarted started) implements SessionEvent {}

    /** The current session's encoder is gone: grace runs. */
    record Left(long session, long endedAtMs, SessionEnded.Reason reason) implements SessionEvent {}

    /** It was not gone: the current session goes on. */
    record CameBack(long session) implements SessionEvent {}

    /** Grace is over: the playlist is complete. */
    record EpochOver(long epoch, long atMs) implements SessionEvent {}
}
