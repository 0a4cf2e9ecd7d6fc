package io.millrace.simulation;

import io.millrace.edge.view.RenditionFiles;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.IndexRecord;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.StreamEntry;
import io.millrace.simulation.kafka.ModelPartition.Stored;
import io.millrace.simulation.kafka.NextRelease;
import io.millrace.testkit.oracle.Fact;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads what is derived from {@code packets} as it grows, and translates each record into a fact. Confined to one thread. */
final class DerivedWatch {
    private final History history;
    private final Map<String, Set<Long>> listed = new TreeMap<>();
    private final Set<Object> indexed = new HashSet<>();
    private final Map<Integer, Long> indexEnds = new HashMap<>();

    DerivedWatch(History history) {
        this.history = history;
    }

    /** Returns the offset after the last record of {@code index} that repeats none. */
    long indexEnd(int partition) {
        return indexEnds.getOrDefault(partition, 0L);
    }

    /** Returns the epochs that the directory has listed, by stream. */
    Map<String, Set<Long>> listed() {
        return listed;
    }

    void segments(Stored stored) {
        ByteBuffer content = ByteBuffer.wrap(NextRelease.read(stored.value()));
        switch (stored.decoded()) {
            case Cut it -> history.add(new Fact.Cut(stored.key(), it.epoch(), it.id().segment(), it.id().part(),
                    it.last(), it.samples().stream().map(sample -> it.packets().firstOffset() + sample.offsetDelta())
                            .toList(),
                    content));
            case EpochEnded it -> history.add(new Fact.CutsEnded(stored.key(), it.epoch(), it.lastSegment(), content));
            default -> throw new IllegalStateException("segments contains " + stored.decoded());
        }
    }

    void streams(Stored stored) {
        if (stored.decoded() instanceof StreamEntry it) {
            listed.computeIfAbsent(it.stream(), _ -> new TreeSet<>()).add(it.epoch());
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
        history.add(new Fact.Muxed(stored.key(), part.id().epoch(), new RenditionFiles(part.rendition()).name(),
                part.id().segment(), part.id().part(), part.bytes()));
    }

    void index(int partition, Stored stored) {
        IndexRecord record = (IndexRecord) stored.decoded();
        Object identity = switch (record) {
            case IndexedPart it -> List.of(it.id(), it.rendition());
            case EpochEnded it -> it.epoch();
        };
        if (indexed.add(Map.entry(stored.key(), identity))) {
            indexEnds.put(partition, stored.offset() + 1);
        }
        history.add(new Fact.Indexed(stored.key(), stored.offset()));
    }
}
