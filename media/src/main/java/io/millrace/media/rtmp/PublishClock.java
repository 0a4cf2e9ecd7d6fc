package io.millrace.media.rtmp;

import io.millrace.media.time.TimestampUnwrapper;

/**
 * Unwraps the timestamps of one publish: audio, video and data each wrap independently, and begin close to each other.
 *
 * <p>Confined to one thread.
 */
public final class PublishClock {
    private final TimestampUnwrapper audio = new TimestampUnwrapper();
    private final TimestampUnwrapper video = new TimestampUnwrapper();
    private final TimestampUnwrapper data = new TimestampUnwrapper();
    private boolean mediaSeen;
    /** Time of the newest audio or video message; valid once {@code mediaSeen}. */
    private long mediaMs;

    /**
     * Returns the time of the next message of a kind.
     *
     * @param timestamp the 32-bit value on the wire, in ms
     */
    public long unwrapMs(MediaKind kind, int timestamp) {
        return switch (kind) {
            case AUDIO -> mediaMs(audio, timestamp);
            case VIDEO -> mediaMs(video, timestamp);
            case DATA -> dataMs(timestamp);
        };
    }

    /** Keeps the start of audio and video close to each other even if the 32 bits wrap between their first messages. */
    private long mediaMs(TimestampUnwrapper clock, int timestamp) {
        if (mediaSeen) {
            clock.startNear(mediaMs);
        }
        mediaMs = clock.unwrapMs(timestamp);
        mediaSeen = true;
        return mediaMs;
    }

    /** Starts the clock of data near the media, never the other way round: many encoders give data the timestamp 0. */
    private long dataMs(int timestamp) {
        if (mediaSeen) {
            data.startNear(mediaMs);
        }
        return data.unwrapMs(timestamp);
    }
}
