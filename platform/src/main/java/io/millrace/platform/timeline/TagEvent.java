package io.millrace.platform.timeline;

import io.millrace.media.flv.FlvTag;
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
         * Whether the tag belongs to the leading track: video, or audio in a stream without video. A new viewer waits
         * for a frame of that track.
         */
        boolean leads();
    }

    /** A sequence header that differs from the previous one. */
    record Config(FlvTag tag) implements Media {
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
    record Frame(FlvTag tag, boolean entry, boolean leads) implements Media {}

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
