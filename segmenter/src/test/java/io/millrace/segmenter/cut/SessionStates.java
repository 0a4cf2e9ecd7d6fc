package io.millrace.segmenter.cut;

import io.millrace.platform.timeline.SessionFold;
import io.millrace.platform.timeline.Verdict;
import io.millrace.segmenter.Tape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The verdicts of the session fold after an offset, resumed from the state in a segment's head or started at the
 * log's beginning.
 */
final class SessionStates {
    private SessionStates() {}

    static List<Verdict> verdictsAfter(Tape tape, long offset, ByteBuffer state) {
        SessionFold fold = state == null ? new SessionFold() : SessionFold.resume(state);
        List<Verdict> verdicts = new ArrayList<>();
        for (Tape.Entry entry : tape.entries()) {
            if (state == null || entry.offset() > offset) {
                Verdict verdict = fold.fold(entry.offset(), entry.record());
                if (entry.offset() > offset) {
                    verdicts.add(verdict);
                }
            }
        }
        return verdicts;
    }
}
