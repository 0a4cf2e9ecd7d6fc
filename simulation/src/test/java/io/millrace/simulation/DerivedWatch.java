package io.millrace.simulation;

import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.StreamEntry;
import io.millrace.simulation.kafka.ModelPartition.Stored;
import io.millrace.simulation.oracle.Fact;
import java.nio.ByteBuffer;

/** Reads what is derived from {@code packets} as it grows, and translates each record into a fact. Confined to one thread. */
final class DerivedWatch {
    private final History history;

    DerivedWatch(History history) {
        this.history = history;
    }

    void segments(Stored stored) {
        ByteBuffer content = ByteBuffer.wrap(stored.value());
        switch (stored.decoded()) {
            case Cut it -> history.add(new Fact.Cut(stored.key(), it.epoch(), it.id().segment(), it.id().part(),
                    it.last(), it.samples().stream().map(sample -> it.packets().firstOffset() + sample.offsetDelta())
                            .toList(), content));
            case EpochEnded it -> history.add(new Fact.CutsEnded(stored.key(), it.epoch(), it.lastSegment(), content));
            default -> throw new IllegalStateException("segments contains " + stored.decoded());
        }
    }

    void streams(Stored stored) {
        if (stored.decoded() instanceof StreamEntry it) {
            history.add(new Fact.Listed(it.stream(), it.epoch(), it.span().lastOffset(),
                    it.state() == StreamEntry.State.ENDED, it.playlist().lastSegment()));
        } else if (stored.decoded() == null) {
            StreamKey key = StreamKey.parse(stored.key());
            if (!key.isOfStream()) {
                history.add(new Fact.Unlisted(key.stream(), key.number()));
            }
        }
    }

    void parts(Stored stored) {
        Part part = (Part) stored.decoded();
        history.add(new Fact.Muxed(stored.key(), part.id().epoch(), part.id().segment(), part.id().part(),
                part.bytes()));
    }

    void index(Stored stored) {
        history.add(new Fact.Indexed(stored.key(), stored.offset()));
    }
}
