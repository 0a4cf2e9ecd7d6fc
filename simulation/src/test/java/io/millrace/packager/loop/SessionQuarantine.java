package io.millrace.packager.loop;

import io.millrace.packager.mux.MuxedPart;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.Gap;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.IndexRecord;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.RenditionId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * A former defect: a part that cannot be muxed puts its session under quarantine, in the memory of this run of the
 * packager. No gap is recorded, and nothing of the session is written any more. Confined to one thread.
 */
final class SessionQuarantine implements PartSink {
    private static final long NOWHERE = -1;

    private final PartSink sink;
    private final Map<Segment, Long> sessions = new HashMap<>();
    private final Set<Quarantined> quarantined = new HashSet<>();

    private record Segment(String stream, long epoch, long number) {
        Segment(String stream, PartId part) {
            this(stream, part.epoch(), part.segment());
        }
    }

    private record Quarantined(String stream, long session, RenditionId rendition) {}

    SessionQuarantine(PartSink sink) {
        this.sink = sink;
    }

    /** A cut is going to be processed. */
    void decided(String stream, Cut cut) {
        sessions.put(new Segment(stream, cut.id()), cut.session());
    }

    @Override
    public boolean hasRoom() {
        return sink.hasRoom();
    }

    @Override
    public void write(String stream, MuxedPart part, long loggedMs, LongConsumer indexed) {
        if (quarantined.contains(new Quarantined(stream, part.cut().session(), part.part().rendition()))) {
            indexed.accept(NOWHERE);
        } else {
            sink.write(stream, part, loggedMs, indexed);
        }
    }

    @Override
    public void derive(String stream, MuxedPart part, List<RenditionId> sources, long loggedMs,
            LongConsumer indexed) {
        if (Stream.concat(sources.stream(), Stream.of(part.part().rendition()))
                .anyMatch(each -> quarantined.contains(new Quarantined(stream, part.cut().session(), each)))) {
            indexed.accept(NOWHERE);
        } else {
            sink.derive(stream, part, sources, loggedMs, indexed);
        }
    }

    @Override
    public void write(String stream, IndexRecord record, long loggedMs, LongConsumer indexed) {
        switch (record) {
            case Gap gap -> {
                var its = new Quarantined(stream, sessions.get(new Segment(stream, gap.id())), gap.rendition());
                boolean isNew = gap.reason() != Gap.Reason.EMPTY && quarantined.add(its);
                if (isNew || quarantined.contains(its)) {
                    indexed.accept(NOWHERE);
                } else {
                    sink.write(stream, gap, loggedMs, indexed);
                }
            }
            case EpochEnded _,IndexEntry _ -> sink.write(stream, record, loggedMs, indexed);
        }
    }
}
