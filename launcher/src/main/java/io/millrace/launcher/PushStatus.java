package io.millrace.launcher;

import io.millrace.tools.push.PushProgress;

/**
 * Progress of a push or a replay. The output is updated by media time, which advances in real time. Confined to the
 * job's thread.
 */
final class PushStatus implements PushProgress {
    private final StatusLine line;
    private final String verb;
    /** Media time at which to update the output next. */
    private long nextMs;

    private PushStatus(StatusLine line, String verb) {
        this.line = line;
        this.verb = verb;
        nextMs = line.everyMs();
    }

    /** @param verb first word of the line, such as {@code pushed} */
    static PushStatus onStderr(String verb) {
        return new PushStatus(StatusLine.onStderr(), verb);
    }

    @Override
    public void sent(long bytes, long mediaMs) {
        if (mediaMs < nextMs) {
            return;
        }
        nextMs = mediaMs - mediaMs % line.everyMs() + line.everyMs();
        line.show(verb + ' ' + StatusLine.clock(mediaMs) + ", " + StatusLine.megabytes(bytes));
    }

    @Override
    public void trouble(String what) {
        line.say(what);
    }
}
