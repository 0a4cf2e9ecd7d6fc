package io.millrace.platform.timeline;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.log.TrackId;
import java.util.Locale;

/** The effect of one packet on FLV viewers. Immutable; tag bodies share the packet's memory. */
public sealed interface TagEvent {
    /** A tag to send. */
    sealed interface Media extends TagEvent {
        FlvTag tag();

        /**
         * Whether playback of the stream can start with this tag: a keyframe or, in a stream without video, any audio
         * frame. False for audio in a stream with video, even for viewers of the audio alone.
         */
        boolean entry();

        /**
         * Whether the tag belongs to the leading track: the main video, or the main audio if no video is chosen. A new
         * viewer waits for a frame of that track.
         */
        boolean leads();

        /** Number of the track among those of its kind, in the stream: 0 is the default track. */
        int track();
    }

    /** A sequence header that differs from the previous one. */
    record Config(FlvTag tag, int track) implements Media {
        /** Creates the sequence header of a default track. */
        public Config(FlvTag tag) {
            this(tag, TrackId.DEFAULT);
        }

        @Override
        public boolean entry() {
            return false;
        }

        @Override
        public boolean leads() {
            return false;
        }
    }

    /** An audio or video frame. */
    record Frame(FlvTag tag, boolean entry, boolean leads, int track) implements Media {
        /** Creates a frame of a default track. */
        public Frame(FlvTag tag, boolean entry, boolean leads) {
            this(tag, entry, leads, TrackId.DEFAULT);
        }
    }

    /** Players cannot follow the stream beyond this point: viewers are disconnected and have to reconnect. */
    record End(Reason reason) implements TagEvent {}

    /** Why a viewer's tags end. */
    enum Reason {
        /** The epoch has ended. Times restart in the next one. */
        EPOCH_OVER,
        /** The requested range has ended. */
        RANGE_OVER,
        /** A track appears, disappears or changes its codec. */
        TRACK_SET_CHANGED,
        /** A frame cannot be parsed. */
        UNSUPPORTED_CODEC,
        /** The epoch is longer than FLV timestamps can express. */
        TIMESTAMPS_EXHAUSTED;

        /** The name of the reason in messages. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
