package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cue;
import io.millrace.platform.log.CueRequest;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.PeriodStart;
import io.millrace.platform.log.RecordSchema.Generic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The cues of an epoch that are not over. A cue is listed with the first part that is cut after it was recorded, whatever
 * its own time is, so it depends on nothing but the order of the log; later segments repeat it until it is over, so a
 * reader can start at any segment. Confined to one thread.
 *
 * <p>Limits: {@link #LIMIT} cues and {@link #CHARS_LIMIT} characters. Each part of these segments carries them.
 */
final class Cues {
    static final int LIMIT = 32;
    static final int CHARS_LIMIT = 16_384;
    /** A repetition of a request is recognised among this many names. */
    static final int NAMES_LIMIT = 64;
    private static final long TICKS_PER_MS = 90;

    /**
     * A cue that is not over.
     *
     * @param untilMs PROGRAM-DATE-TIME after which no segment lists the cue; the greatest long until it is known
     */
    private record Listed(Cue cue, long untilMs) {
        private boolean isNamed(String name) {
            return cue.id().startsWith(name + "@");
        }

        private boolean isOpen() {
            return untilMs == Long.MAX_VALUE;
        }
    }

    private final List<Listed> listed = new ArrayList<>();
    /** The newest names of requests, oldest first. */
    private final List<String> names = new ArrayList<>();
    /** The start and discontinuity number of the period that is being cut. */
    private PeriodStart period = PeriodStart.UNKNOWN;
    private long discontinuity;

    /**
     * Adds an encoder's cue point.
     *
     * @param position of its packet
     * @param nowMs PROGRAM-DATE-TIME at the packet
     * @return empty if it is dropped
     */
    Optional<Cue> add(CuePoint point, long position, long nowMs, Step out) {
        return list(new Cue(CuePoint.NAME + '@' + position, position, Cue.Place.OPEN, nowMs,
                nowMs + point.durationMs(), Cue.UNKNOWN, point.attributes()), out);
    }

    /**
     * Adds a cue, or ends a range.
     *
     * @param position of the request
     * @param nowMs PROGRAM-DATE-TIME of the newest media
     * @return empty if the request is void
     */
    Optional<Cue> add(CueRequest request, long position, long nowMs, Step out) {
        long atMs = Math.max(request.atMs(), nowMs);
        if (request.ends()) {
            return end(request, position, atMs, out);
        }
        if (names.contains(request.name())) {
            out.drop("cue_repeated");
            return Optional.empty();
        }
        Optional<Cue> added = list(new Cue(request.name() + '@' + position, position, Cue.Place.OPEN, atMs,
                request.durationMs() == Cue.UNKNOWN ? Cue.UNKNOWN : atMs + request.durationMs(), request.plannedMs(),
                request.attributes()), out);
        if (added.isPresent()) {
            names.add(request.name());
            if (names.size() > NAMES_LIMIT) {
                names.removeFirst();
            }
        }
        return added;
    }

    private Optional<Cue> end(CueRequest request, long position, long atMs, Step out) {
        int index = listed.size() - 1;
        while (index >= 0 && !(listed.get(index).isOpen() && listed.get(index).isNamed(request.name()))) {
            index--;
        }
        if (index < 0) {
            out.drop("cue_unknown");
            return Optional.empty();
        }
        Cue range = listed.get(index).cue();
        long endMs = Math.max(atMs, range.startMs());
        Optional<Cue> end = list(new Cue(range.id(), position, Cue.Place.OPEN, range.startMs(), endMs, Cue.UNKNOWN,
                request.attributes()), out);
        if (end.isPresent()) {
            listed.set(index, new Listed(range, endMs));
        }
        return end;
    }

    private Optional<Cue> list(Cue cue, Step out) {
        int chars = cue.chars() + listed.stream().mapToInt(each -> each.cue().chars()).sum();
        if (listed.size() == LIMIT || chars > CHARS_LIMIT) {
            out.drop("cue_over_limit");
            return Optional.empty();
        }
        listed.add(new Listed(cue, cue.endMs() == Cue.UNKNOWN ? Long.MAX_VALUE : cue.endMs()));
        return Optional.of(cue);
    }

    /** Returns the next cut of the epoch with the cues that playlists list with it. */
    Cut attach(Cut cut) {
        if (cut.head() != null) {
            period = cut.head().start().period();
            discontinuity = cut.head().start().discontinuity();
            long startMs = cut.times().programDateTimeMs();
            listed.removeIf(each -> each.cue().place().segment() != Cue.UNKNOWN && each.untilMs() < startMs);
        }
        if (listed.isEmpty()) {
            return cut;
        }
        listed.replaceAll(each -> each.cue().place().segment() == Cue.UNKNOWN
                ? new Listed(each.cue().at(place(each.cue(), cut)), each.untilMs())
                : each);
        return cut.withCues(listed.stream().map(Listed::cue).toList());
    }

    private Cue.Place place(Cue cue, Cut cut) {
        long cueMs = cue.isEnd() ? cue.endMs() : cue.startMs();
        long ofPartMs = Math.floorDiv(cut.times().startTicks() - period.startTicks(), TICKS_PER_MS);
        return new Cue.Place(cut.id().segment(), discontinuity,
                Math.max(0, cueMs - cut.times().programDateTimeMs() + ofPartMs));
    }

    Generic write(Generic g) {
        return g.put("periodTicks", period.startTicks()).put("periodMs", period.programDateTimeMs())
                .put("discontinuity", discontinuity).put("names", names).list("listed", listed, (each, its) -> {
                    each.cue().write(its);
                    its.put("untilMs", each.untilMs());
                });
    }

    static Cues read(Generic g) {
        Cues cues = new Cues();
        cues.period = new PeriodStart(g.int64("periodTicks"), g.int64("periodMs"));
        cues.discontinuity = g.int64("discontinuity");
        cues.names.addAll(g.texts("names"));
        cues.listed.addAll(g.list("listed", its -> new Listed(Cue.read(its), its.int64("untilMs"))));
        return cues;
    }
}
