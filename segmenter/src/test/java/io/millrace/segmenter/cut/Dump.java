package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SegmentsRecord;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import io.millrace.segmenter.Tape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Cuts in a readable form. */
final class Dump {
    private Dump() {}

    record Outcome(List<SegmentsRecord> segmentsTopic, List<StreamEntry> entries, List<String> dropped,
            List<RuntimeException> failures) {
        List<Cut> cuts() {
            return segmentsTopic.stream().filter(Cut.class::isInstance).map(Cut.class::cast).toList();
        }

        String bytes() {
            return segmentsTopic.stream().map(r -> HexFormat.of().formatHex(LogCodec.encode(r)))
                    .collect(Collectors.joining("\n"))
                    + entries.stream().map(e -> HexFormat.of().formatHex(LogCodec.encode(e)))
                            .collect(Collectors.joining("\n"));
        }

        List<String> segments() {
            return Dump.segments(cuts());
        }
    }

    static Outcome of(Tape tape) {
        return of(tape, -1);
    }

    /** Writes the state and resumes it before every {@code every}th record, if {@code every} is positive. */
    static Outcome of(Tape tape, int every) {
        Outcome all = new Outcome(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        StreamFold fold = new StreamFold("live/show");
        for (Tape.Entry entry : tape.entries()) {
            if (every > 0 && entry.offset() % every == 0) {
                fold = StreamFold.resume("live/show", ByteBuffer.wrap(fold.toBytes()));
            }
            Step step = fold.fold(entry.offset(), entry.record());
            all.segmentsTopic.addAll(step.cuts());
            step.ended().ifPresent(all.segmentsTopic::add);
            all.entries.addAll(step.entries());
            all.dropped.addAll(step.dropped());
            if (step.failure() != null) {
                all.failures.add(step.failure());
            }
        }
        return all;
    }

    /**
     * One line per part: {@code segment.part @start+duration K v15 a23}. K means independent; the first part of a
     * segment also has td and DISC. Times are in ms.
     */
    static List<String> parts(List<Cut> cuts) {
        return cuts.stream().map(Dump::part).toList();
    }

    private static String part(Cut cut) {
        StringBuilder line = new StringBuilder();
        line.append(cut.id().segment()).append('.').append(cut.id().part());
        line.append(" @").append(ms(cut.times().startTicks())).append('+').append(ms(cut.times().durationTicks()));
        line.append(cut.independent() ? " K" : "");
        line.append(" v").append(cut.samples().stream().filter(s -> s.kind() == Packet.Kind.VIDEO).count());
        line.append(" a").append(cut.samples().stream().filter(s -> s.kind() == Packet.Kind.AUDIO).count());
        if (cut.head() != null) {
            Cut.SegmentHead h = cut.head();
            line.append(" td").append(h.start().targetDurationS());
            line.append(h.start().discontinuous() ? " DISC" + h.start().discontinuity() : "");
            line.append(h.start().independent() ? "" : " forced");
        }
        return line.append(cut.last() ? " last" : "").toString();
    }

    /** Returns the codec of a segment's track, or null if it has no track of the kind. */
    static String codec(Cut.SegmentHead head, Packet.Kind kind) {
        return head.track(kind).map(Track::codec).orElse(null);
    }

    /** One line per segment: number, start, duration, parts. */
    static List<String> segments(List<Cut> cuts) {
        List<String> lines = new ArrayList<>();
        cuts.stream().collect(Collectors.groupingBy(c -> c.id().epoch() + "/" + c.id().segment(), LinkedHashMap::new,
                Collectors.toList())).forEach((_, parts) -> {
                    Cut first = parts.getFirst();
                    Cut.SegmentHead h = first.head();
                    String tracks = (codec(h, Packet.Kind.VIDEO) == null ? "" : "v")
                            + (codec(h, Packet.Kind.AUDIO) == null ? "" : "a");
                    lines.add("e" + first.id().epoch() + " s" + first.session() + " " + first.id().segment() + " @"
                            + ms(first.times().startTicks()) + "+"
                            + ms(parts.stream().mapToLong(each -> each.times().durationTicks()).sum())
                            + " "
                            + tracks + " td" + h.start().targetDurationS() + (h.start().independent() ? "" : " forced")
                            + (h.start().discontinuous() ? " DISC" + h.start().discontinuity() : "")
                            + (parts.getLast().last() ? "" : " OPEN"));
                });
        return lines;
    }

    static String ms(long ticks) {
        return ticks % 90 == 0 ? String.valueOf(ticks / 90) : String.format(Locale.ROOT, "%.2f", ticks / 90.0);
    }
}
