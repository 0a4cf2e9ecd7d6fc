package io.millrace.tools.push;

import io.millrace.media.rtmp.MediaKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Places the messages of a file on the timeline of a session, which begins at 0. Each further round of the file
 * continues where the previous one ended.
 *
 * <p>All tracks are shifted by the same duration, that of the longest track, so that audio and video stay in sync and
 * rounds do not overlap. Metadata and unchanged sequence headers are sent in the first round only. Confined to one
 * thread.
 */
final class Timeline implements MessageSource {
    /** First and last time of one track in the current round. */
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

        /**
         * Returns the time from the first frame to the end of the last one, whose duration is the average of the
         * others; rounded up.
         */
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

    /** Returns the next message, empty at the end. Never empty if the file loops and contains media. */
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
            // Files have timestamp 0 for metadata and headers at their beginning, wherever their media begins.
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
