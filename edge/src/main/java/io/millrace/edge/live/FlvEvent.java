package io.millrace.edge.live;

import io.millrace.media.flv.FlvTag;

/** What a packet becomes for viewers of FLV. Immutable; bodies share the packet's memory. */
public sealed interface FlvEvent {
    /** A sequence header that changes what decoders know. */
    record Config(FlvTag tag) implements FlvEvent {}

    /** A frame. @param entry whether decoding may begin here */
    record Frame(FlvTag tag, boolean entry) implements FlvEvent {}

    /** Players cannot follow any further: they are let go and come back. */
    record End(String why) implements FlvEvent {}
}
