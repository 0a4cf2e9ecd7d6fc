package io.millrace.tools.push;

import io.millrace.media.codec.CodecConfig;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.platform.UserError;
import io.millrace.platform.timeline.TagEvent;
import io.millrace.tools.past.SequenceHeader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
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
    private final Map<FlvTag.Type, FlvTag> headers = new EnumMap<>(FlvTag.Type.class);
    private final List<FlvTag> group = new ArrayList<>();
    private final Queue<MediaMessage> ready = new ArrayDeque<>();
    private long groupBytes;
    private boolean awaitsKeyframe = true;
    private boolean begun;
    private int sessionStartMs;

    /** @param past returns the next tag; empty at the end */
    ReplaySource(Supplier<Optional<TagEvent>> past) {
        this.past = past;
    }

    /** Begins a session with the next message. */
    void beginSession() {
        ready.clear();
        begun = false;
        if (!group.isEmpty()) {
            begin(group.getFirst());
            group.forEach(tag -> ready.add(message(tag, false)));
        }
    }

    /** Time of the session's first frame on the timeline of the whole replay. */
    int sessionStartMs() {
        return sessionStartMs;
    }

    @Override
    public Optional<MediaMessage> next() {
        while (ready.isEmpty()) {
            Optional<TagEvent> next = past.get();
            if (next.isEmpty()) {
                return Optional.empty();
            }
            take(next.get());
        }
        return Optional.of(ready.remove());
    }

    private void take(TagEvent event) {
        switch (event) {
            case TagEvent.Config config -> {
                headers.put(config.tag().type(), config.tag());
                if (begun) {
                    ready.add(message(config.tag(), true));
                }
            }
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
        ready.add(new MediaMessage(MediaKind.DATA, 0, false, StreamMetadata.of(configs)));
        headers.values().forEach(header -> ready.add(message(header, true)));
    }

    private MediaMessage message(FlvTag tag, boolean config) {
        MediaKind kind = tag.type() == FlvTag.Type.VIDEO ? MediaKind.VIDEO : MediaKind.AUDIO;
        return new MediaMessage(kind, Math.max(0, tag.timestampMs() - sessionStartMs), config, tag.body());
    }
}
