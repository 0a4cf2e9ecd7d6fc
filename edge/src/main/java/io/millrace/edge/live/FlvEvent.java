package io.millrace.edge.live;

import io.millrace.media.flv.FlvTag;

/** What a packet becomes for viewers of FLV. Immutable; bodies share the packet's memory. */
public sealed interface FlvEvent {
    /** A tag. */
    sealed interface Media extends FlvEvent {
        FlvTag tag();

        /** Whether decoding may begin here. */
        boolean entry();

        /** Whether viewers wait for it: a frame of the picture, or of the sound where there is no picture. */
        boolean leads();
    }

    /** A sequence header that changes what decoders know. */
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

    /** A frame. */
    record Frame(FlvTag tag, boolean entry, boolean leads) implements Media {}

    /** Players cannot follow any further: they are let go and come back. */
    record End(String why) implements FlvEvent {}
}
