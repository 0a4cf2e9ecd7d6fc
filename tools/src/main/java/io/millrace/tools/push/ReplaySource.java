package io.millrace.tools.push;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.UserError;
import io.millrace.platform.timeline.TagEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The tags of a stream's past as the messages of consecutive publish sessions. A session begins with metadata, the
 * current sequence headers, and the newest keyframe of the previous session. The interrupted GOP is sent again, because
 * it is unknown how much of it the server has received. Confined to the job's thread.
 */
final class ReplaySource implements MessageSource {
    /** A larger GOP is not sent again: the next session begins with the keyframe after it. */
    private static final long GROUP_LIMIT_BYTES = 64L << 20;

    private final Supplier<Optional<TagEvent>> past;
    private final SessionMessages session = new SessionMessages();
    private final List<FlvTag> group = new ArrayList<>();
    private long groupBytes;
    private boolean awaitsKeyframe = true;

    /** @param past returns the next tag; empty at the end */
    ReplaySource(Supplier<Optional<TagEvent>> past) {
        this.past = past;
    }

    /** Begins a session with the next message. */
    void beginSession() {
        session.end();
        group.forEach(session::frame);
    }

    /** Time of the session's first frame on the timeline of the whole replay. */
    int sessionStartMs() {
        return session.startMs();
    }

    @Override
    public Optional<MediaMessage> next() {
        Optional<MediaMessage> message = session.take();
        while (message.isEmpty()) {
            Optional<TagEvent> next = past.get();
            if (next.isEmpty()) {
                return Optional.empty();
            }
            take(next.get());
            message = session.take();
        }
        return message;
    }

    private void take(TagEvent event) {
        switch (event) {
            case TagEvent.Config config -> session.config(config.tag());
            case TagEvent.Frame frame -> frame(frame.tag(), frame.entry());
            case TagEvent.End end -> throw new UserError("cannot continue the replay: the stream changes ("
                    + end.reason().label() + "); start after that with --from");
        }
    }

    private void frame(FlvTag frame, boolean entry) {
        if (entry) {
            group.clear();
            groupBytes = 0;
            awaitsKeyframe = false;
        }
        if (awaitsKeyframe && !session.hasBegun()) {
            return;
        }
        groupBytes += frame.body().remaining();
        if (groupBytes > GROUP_LIMIT_BYTES) {
            group.clear();
            awaitsKeyframe = true;
        }
        if (!awaitsKeyframe) {
            group.add(frame);
        }
        session.frame(frame);
    }
}
