package io.millrace.tools.push;

import io.millrace.media.codec.CodecConfig;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.tools.past.SequenceHeader;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/**
 * Turns the tags of a stream into the messages of consecutive publish sessions. A session begins with metadata and the
 * current sequence headers; its times begin with 0 at its first frame. Confined to one thread.
 */
public final class SessionMessages {
    private final Map<FlvTag.Type, FlvTag> headers = new EnumMap<>(FlvTag.Type.class);
    private final Queue<MediaMessage> ready = new ArrayDeque<>();
    private boolean begun;
    private int startMs;

    /** Ends the current session, and discards its messages that were not taken. */
    public void end() {
        ready.clear();
        begun = false;
    }

    /** Returns whether the session has a frame. */
    public boolean hasBegun() {
        return begun;
    }

    /** Returns the time of the session's first frame on the timeline of the tags. */
    int startMs() {
        return startMs;
    }

    /** Adds a sequence header, which precedes the session's first frame, or is sent at its own time. */
    public void config(FlvTag tag) {
        headers.put(tag.type(), tag);
        if (begun) {
            ready.add(message(tag, true));
        }
    }

    /** Adds a frame. The first one of a session begins it. */
    public void frame(FlvTag tag) {
        if (!begun) {
            begin(tag);
        }
        ready.add(message(tag, false));
    }

    private void begin(FlvTag first) {
        begun = true;
        startMs = first.timestampMs();
        List<CodecConfig> configs = headers.values().stream().map(SequenceHeader::config).toList();
        ready.add(new MediaMessage(MediaKind.DATA, 0, false, StreamMetadata.of(configs)));
        headers.values().forEach(header -> ready.add(message(header, true)));
    }

    private MediaMessage message(FlvTag tag, boolean config) {
        MediaKind kind = tag.type() == FlvTag.Type.VIDEO ? MediaKind.VIDEO : MediaKind.AUDIO;
        return new MediaMessage(kind, Math.max(0, tag.timestampMs() - startMs), config, tag.body());
    }

    /** Returns whether all messages have been taken. */
    public boolean isEmpty() {
        return ready.isEmpty();
    }

    /** Takes the next message. */
    public Optional<MediaMessage> take() {
        return Optional.ofNullable(ready.poll());
    }
}
