package io.millrace.launcher.push;

import io.millrace.edge.live.FlvEvent;
import io.millrace.launcher.past.SequenceHeader;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.platform.UserError;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Supplier;

/**
 * The tags of a stream's past as the messages of one publish session after the other. A session begins with metadata, the
 * sequence headers that hold, and the newest keyframe that the one before had: what that server had taken of the group of
 * pictures nobody knows, so it is sent again. Confined to the job's thread.
 */
final class ReplaySource implements MessageSource {
    /** A longer group of pictures is not sent again: the next session begins with the keyframe after it. */
    private static final long GROUP_LIMIT_BYTES = 64L << 20;

    private final Supplier<Optional<FlvEvent>> past;
    private final Map<FlvTag.Type, FlvTag> headers = new EnumMap<>(FlvTag.Type.class);
    private final List<FlvTag> group = new ArrayList<>();
    private final Queue<MediaMessage> ready = new ArrayDeque<>();
    private long groupBytes;
    private boolean awaitsKeyframe = true;
    private boolean begun;
    private int sessionStartMs;

    /** @param past the next tag; empty at the end */
    ReplaySource(Supplier<Optional<FlvEvent>> past) {
        this.past = past;
    }

    /** The next message is the first one of a session. */
    void beginSession() {
        ready.clear();
        begun = false;
        if (!group.isEmpty()) {
            begin(group.getFirst());
            group.forEach(tag -> ready.add(message(tag, false)));
        }
    }

    /** Time of the session's first frame on the time line of the whole replay. */
    int sessionStartMs() {
        return sessionStartMs;
    }

    @Override
    public Optional<MediaMessage> next() {
        while (ready.isEmpty()) {
            Optional<FlvEvent> next = past.get();
            if (next.isEmpty()) {
                return Optional.empty();
            }
            take(next.get());
        }
        return Optional.of(ready.remove());
    }

    private void take(FlvEvent event) {
        switch (event) {
            case FlvEvent.Config config -> {
                headers.put(config.tag().type(), config.tag());
                if (begun) {
                    ready.add(message(config.tag(), true));
                }
            }
            case FlvEvent.Frame frame -> frame(frame.tag(), frame.entry());
            case FlvEvent.End end -> throw new UserError("cannot replay any further: the stream changes (" + end.why()
                    + "); begin behind that, with --from");
        }
    }

    private void frame(FlvTag frame, boolean entry) {
        if (entry) {
            group.clear();
            groupBytes = 0;
            awaitsKeyframe = false;
        }
        if (awaitsKeyframe && !begun) {
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
        if (!begun) {
            begin(frame);
        }
        ready.add(message(frame, false));
    }

    private void begin(FlvTag first) {
        begun = true;
        sessionStartMs = first.timestampMs();
        List<CodecConfig> configs = headers.values().stream().map(SequenceHeader::config).toList();
        ready.add(new MediaMessage(MediaKind.DATA, 0, false, Metadata.of(configs)));
        headers.values().forEach(header -> ready.add(message(header, true)));
    }

    private MediaMessage message(FlvTag tag, boolean config) {
        MediaKind kind = tag.type() == FlvTag.Type.VIDEO ? MediaKind.VIDEO : MediaKind.AUDIO;
        return new MediaMessage(kind, Math.max(0, tag.timestampMs() - sessionStartMs), config, tag.body());
    }
}
