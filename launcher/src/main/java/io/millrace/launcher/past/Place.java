package io.millrace.launcher.past;

import io.millrace.edge.live.Tracks;
import io.millrace.platform.session.SessionFold;

/**
 * Where in {@code packets} a reading begins, and how the folds over a stream's records stand there.
 *
 * @param offset of the first record to read
 * @param sessions which packets count from there on
 * @param tracks what is being sent there
 */
record Place(long offset, SessionFold sessions, Tracks tracks) {}
