package io.millrace.platform.timeline;

import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionStarted;

/** A change in the life of a stream that one log record caused. Immutable. */
public sealed interface SessionEvent {

    /** A new epoch, and with it a new playlist, begins. A {@link TookOver} follows. */
    record EpochBegan(long epoch, EpochRules rules) implements SessionEvent {}

    /** {@code session} is the stream's current session from this record on. */
    record TookOver(long session, SessionStarted started) implements SessionEvent {}

    /** The current session's encoder has disconnected. The grace period begins. */
    record Left(long session, long endedAtMs, SessionEnded.Reason reason) implements SessionEvent {}

    /** The current session sent another packet during the grace period and continues. */
    record Returned(long session) implements SessionEvent {}

    /** The grace period has expired. The epoch's playlist is complete. */
    record EpochOver(long epoch, long atMs) implements SessionEvent {}
}
