package io.millrace.launcher.push;

import io.millrace.media.rtmp.MediaKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Puts the messages of a file on the timeline of a session: it begins at 0, and each further round of the file goes on
 * where the one before ended.
 *
 * <p>Every track is moved by the same length, that of the longest track, so that sound and picture stay in step and
 * nothing overlaps. Metadata and unchanged sequence headers are sent in the first round only. Confined to one thread.
 */
final class Timeline implements MessageSource {
    /** First and last time of one track in this round. */
    private static final class Span {
        private final long firstMs;
        private long lastMs;
        private int count;

        Span(long firstMs) {
            this.firstMs = firstMs;
            this.lastMs = firstMs;
        }

        void add(long timestampMs) {
            lastMs = Math.max(lastMs, timestampMs);
            count++;
        }

        /** From the first frame to the end of the last one, which is as long as the others; rounded up. */
        long lengthMs() {
            return count < 2 ? lastMs - firstMs : Math.ceilDiv((lastMs - firstMs) * count, count - 1);
        }
    }

    private final MediaFile file;
    private final boolean loop;
    private final Map<MediaKind, Span> spans = new EnumMap<>(MediaKind.class);
    private final Map<MediaKind, ByteBuffer> configs = new EnumMap<>(MediaKind.class);
    private boolean firstRound = true;
    private boolean started;
    private long shiftMs;
    private long placedMs;

    Timeline(MediaFile file, boolean loop) {
        this.file = file;
        this.loop = loop;
    }

    /** The next message, empty at the end; never empty if it loops and the file has media. */
    @Override
    public Optional<MediaMessage> next() throws IOException {
        while (true) {
            Optional<MediaMessage> message = file.next();
            if (message.isEmpty() && !nextRound()) {
                return Optional.empty();
            }
            if (message.isPresent() && !isRepeated(message.get())) {
                return message.map(this::placed);
            }
        }
    }

    private MediaMessage placed(MediaMessage message) {
        if (message.kind() == MediaKind.DATA || message.config()) {
            if (message.config()) {
                configs.put(message.kind(), message.body());
            }
            // Files say 0 for what stands at their head, wherever their media begins.
            return message.at(Math.max(placedMs, started ? message.timestampMs() + shiftMs : 0));
        }
        if (!started) {
            started = true;
            shiftMs = -message.timestampMs();
        }
        spans.computeIfAbsent(message.kind(), _ -> new Span(message.timestampMs())).add(message.timestampMs());
        placedMs = Math.max(0, message.timestampMs() + shiftMs);
        return message.at(placedMs);
    }

    private boolean isRepeated(MediaMessage message) {
        if (message.kind() == MediaKind.DATA) {
            return !firstRound;
        }
        return message.config() && message.body().equals(configs.get(message.kind()));
    }

    private boolean nextRound() throws IOException {
        long lengthMs = spans.values().stream().mapToLong(Span::lengthMs).max().orElse(0);
        if (!loop || lengthMs == 0) {
            return false;
        }
        shiftMs += lengthMs;
        firstRound = false;
        spans.clear();
        file.rewind();
        return true;
    }
}
