package io.millrace.outbound.relay;

import io.millrace.platform.timeline.TagEvent;
import io.millrace.tools.past.LogTag;
import io.millrace.tools.push.MediaMessage;
import io.millrace.tools.push.MessageSource;
import io.millrace.tools.push.SessionMessages;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/** The messages of one session of a relay: the tags of one epoch, up to its end. Confined to the relay's thread. */
final class RelaySource implements MessageSource {
    private final Supplier<Optional<LogTag>> tags;
    private final LiveSkip skip;
    private final InstantSource clock;
    private final SessionMessages session = new SessionMessages();
    /** The newest frame that is not omitted. */
    private LogTag current;
    /** The first tag of the gap that is being omitted; null if none is. */
    private LogTag firstOmitted;
    private long gapMs;
    /** Null until the epoch has ended. */
    private TagEvent.Reason end;

    /** @param tags returns the next tag; empty at the end */
    RelaySource(Supplier<Optional<LogTag>> tags, LiveSkip skip, InstantSource clock) {
        this.tags = tags;
        this.skip = skip;
        this.clock = clock;
    }

    /** Waits for the first frame. Returns false if the epoch ends without one. */
    boolean awaitFrame() {
        while (!session.hasBegun()) {
            if (!read()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public Optional<MediaMessage> next() {
        Optional<MediaMessage> message = session.take();
        while (message.isEmpty() && read()) {
            message = session.take();
        }
        return message;
    }

    /** Returns whether the stream continues. */
    private boolean read() {
        Optional<LogTag> next = tags.get();
        if (next.isEmpty()) {
            return false;
        }
        LogTag tag = next.get();
        if (skip.omits(tag, clock.millis())) {
            firstOmitted = firstOmitted == null ? tag : firstOmitted;
            return true;
        }
        switch (tag.event()) {
            case TagEvent.Config config -> session.config(config.tag());
            case TagEvent.Frame frame -> {
                current = tag;
                if (firstOmitted != null) {
                    gapMs += tag.arrivalMs() - firstOmitted.arrivalMs();
                    firstOmitted = null;
                }
                session.frame(frame.tag());
            }
            case TagEvent.End(TagEvent.Reason reason) -> {
                end = reason;
                return false;
            }
        }
        return true;
    }

    /** Returns the newest frame, once {@link #next} has returned its message. */
    Optional<LogTag> taken() {
        return session.isEmpty() ? Optional.of(current) : Optional.empty();
    }

    /** Returns why no media follows; empty if it may. */
    Optional<TagEvent.Reason> end() {
        return Optional.ofNullable(end);
    }

    /** Returns the duration of the media that was omitted since the last call, ms. */
    long takeGapMs() {
        long gap = gapMs;
        gapMs = 0;
        return gap;
    }
}
