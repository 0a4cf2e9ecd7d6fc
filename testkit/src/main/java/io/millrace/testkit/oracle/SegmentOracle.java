package io.millrace.testkit.oracle;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Checks the segments and the directory of one stream. Readers take the first record of each identity: the others have to
 * repeat it.
 */
final class SegmentOracle {
    /** The picture codec, whose frames here are all keyframes. */
    private static final String PICTURE = "AVC";
    /**
     * Sound that need not be cut: a session that may have pictures waits three seconds for the first one, and again after
     * a pause. This is more than twice that.
     */
    private static final int FRAMES_BEFORE_A_SEGMENT = 24;

    private record Part(long epoch, long segment, int part) {}

    /** The packets of one session that readers show, by offset. */
    private static final class Session {
        private final long epoch;
        private final boolean mayHavePictures;
        private final NavigableMap<Long, String> codecs = new TreeMap<>();

        Session(long epoch, boolean mayHavePictures) {
            this.epoch = epoch;
            this.mayHavePictures = mayHavePictures;
        }
    }

    private record Listing(boolean ended, long lastSegment) {}

    private final String stream;
    private final Map<Part, ByteBuffer> parts = new HashMap<>();
    private final Map<Long, ByteBuffer> ends = new HashMap<>();
    private final NavigableMap<Long, Session> sessions = new TreeMap<>();
    private final Map<Long, Session> shown = new HashMap<>();
    private final Set<Long> cut = new HashSet<>();
    /** The frames with which segments begin. */
    private final Set<Long> beginnings = new HashSet<>();
    /** The packets before which their encoder was silent. */
    private final Set<Long> resumed = new HashSet<>();
    /** The offsets of these packets. */
    private final Set<Long> afterPause = new HashSet<>();
    /** The content of the newest record of each key, which is the only one that compaction retains. */
    private final Map<Long, Listing> listings = new TreeMap<>();
    /** The newest frame of each codec that is in a segment. */
    private final Map<String, Long> newest = new HashMap<>();
    private Part last;
    private boolean segmentIsClosed;
    private boolean segmentBeginsWithPicture;

    SegmentOracle(String stream) {
        this.stream = stream;
    }

    void resumed(Fact.Resumed it) {
        resumed.add(it.packet());
    }

    /** @param reference has the record of the packet */
    void shown(Fact.Shown it, ReferenceStream reference) {
        if (it.packet() != Fact.UNNUMBERED) {
            Session session = sessions.computeIfAbsent(it.session(),
                    _ -> new Session(it.epoch(), reference.allows(PICTURE)));
            session.codecs.put(it.offset(), it.codec());
            shown.put(it.offset(), session);
            if (resumed.contains(it.packet())) {
                afterPause.add(it.offset());
            }
        }
    }

    Optional<Violation> cut(Fact.Cut it) {
        Part part = new Part(it.epoch(), it.segment(), it.part());
        String name = "part " + it.part() + " of segment " + it.segment() + " of epoch " + it.epoch();
        ByteBuffer first = parts.putIfAbsent(part, it.content());
        if (first != null) {
            return check(first.equals(it.content()), Promise.ONE_CONTENT_PER_IDENTITY,
                    () -> name + " has another content than before");
        }
        if (ends.containsKey(it.epoch()) || !follows(part)) {
            return broken(Promise.NUMBERS_RISE, name + " is cut after " + (ends.containsKey(it.epoch())
                    ? "the end of the epoch"
                    : last));
        }
        last = part;
        segmentIsClosed = it.last();
        if (part.part() == 0) {
            // Sound that is cut by its own times may be before the picture in the log.
            segmentBeginsWithPicture = it.offsets().stream().anyMatch(this::isPicture);
            beginnings.add(it.offsets().stream().min(Long::compare).orElse(ReferenceStream.NONE));
        }
        return it.offsets().stream().flatMap(offset -> frame(offset, it.epoch(), name).stream()).findFirst()
                .or(() -> check(segmentBeginsWithPicture || it.offsets().stream().noneMatch(this::isPicture),
                        Promise.SHOWN_IS_CUT, () -> name + " has a picture, and the segment begins without one"));
    }

    private boolean isPicture(long offset) {
        Session session = shown.get(offset);
        return session != null && session.codecs.get(offset).equals(PICTURE);
    }

    private boolean follows(Part part) {
        if (last == null || last.epoch() < part.epoch()) {
            return part.segment() == 0 && part.part() == 0;
        }
        return part.equals(segmentIsClosed
                ? new Part(last.epoch(), last.segment() + 1, 0)
                : new Part(last.epoch(), last.segment(), last.part() + 1));
    }

    private Optional<Violation> frame(long offset, long epoch, String part) {
        Session session = shown.get(offset);
        if (session == null || session.epoch != epoch) {
            return broken(Promise.SHOWN_IS_CUT, part + " has offset " + offset + ", which is "
                    + (session == null ? "not shown" : "shown in epoch " + session.epoch));
        }
        Long before = newest.put(session.codecs.get(offset), offset);
        return check(cut.add(offset) && (before == null || before < offset), Promise.SHOWN_IS_CUT,
                () -> part + " has offset " + offset + " again, or not in order");
    }

    Optional<Violation> ended(Fact.CutsEnded it) {
        ByteBuffer first = ends.putIfAbsent(it.epoch(), it.content());
        if (first != null) {
            return check(first.equals(it.content()), Promise.ONE_CONTENT_PER_IDENTITY,
                    () -> "the end of epoch " + it.epoch() + " has another content than before");
        }
        boolean isLast = it.lastSegment() < 0
                ? last == null || last.epoch() != it.epoch()
                : last != null && last.epoch() == it.epoch() && last.segment() == it.lastSegment() && segmentIsClosed;
        return check(isLast, Promise.EVERY_EPOCH_ENDS, () -> "epoch " + it.epoch() + " ends after segment "
                + it.lastSegment() + ", and the last part is " + last);
    }

    void listed(Fact.Listed it) {
        listings.put(it.epoch(), new Listing(it.ended(), it.lastSegment()));
    }

    void unlisted(Fact.Unlisted it) {
        listings.remove(it.epoch());
    }

    Optional<Violation> asked(Fact.Asked it) {
        boolean hadSegments = parts.keySet().stream().anyMatch(part -> part.epoch() == it.epoch());
        return check(it.presence().equals("EXPIRED") || !hadSegments && it.presence().equals("UNKNOWN"),
                Promise.EXPIRED_LEAVES_DIRECTORY, () -> "epoch " + it.epoch() + " has expired, and is " + it.presence()
                        + " at edge " + it.edge());
    }

    /** All is quiet, and has been for long. */
    Optional<Violation> allAway() {
        List<Violation> found = new ArrayList<>();
        sessions.forEach((number, session) -> missing(session).ifPresent(offset -> found.add(new Violation(
                Promise.SHOWN_IS_CUT, stream, "offset " + offset + " of session " + number + " is in no segment"))));
        Map<Long, Long> lastSegments = new TreeMap<>();
        parts.keySet().forEach(part -> lastSegments.merge(part.epoch(), part.segment(), Math::max));
        lastSegments.forEach((epoch, segment) -> {
            if (!ends.containsKey(epoch)) {
                found.add(new Violation(Promise.EVERY_EPOCH_ENDS, stream, "the segments of epoch " + epoch
                        + " have no end"));
            }
            Listing listing = listings.get(epoch);
            if (listing == null || !listing.ended() || listing.lastSegment() != segment) {
                found.add(new Violation(Promise.DIRECTORY_IS_TRUE, stream, "epoch " + epoch
                        + " has ended with segment " + segment + ", and the directory says " + listing));
            }
        });
        listings.forEach((epoch, listing) -> {
            if (!lastSegments.containsKey(epoch) && !listing.ended()) {
                found.add(new Violation(Promise.DIRECTORY_IS_TRUE, stream, "epoch " + epoch
                        + " has ended without a segment, and the directory says " + listing));
            }
        });
        return found.stream().findFirst();
    }

    /**
     * Returns the first frame of a session that is in no segment and has to be. Sound may be missing at the beginning of a
     * session that may have pictures, and after a pause until the next segment begins.
     */
    private Optional<Long> missing(Session session) {
        List<Long> run = new ArrayList<>();
        boolean isBeginning = session.mayHavePictures;
        for (Map.Entry<Long, String> frame : session.codecs.entrySet()) {
            if (cut.contains(frame.getKey())) {
                boolean isAfterPause = run.isEmpty()
                        || beginnings.contains(frame.getKey()) && afterPause.contains(run.getFirst());
                if (!isBeginning && !isAfterPause) {
                    return Optional.of(run.getFirst());
                }
                run.clear();
                isBeginning = false;
                continue;
            }
            run.add(frame.getKey());
            if (run.size() > FRAMES_BEFORE_A_SEGMENT || frame.getValue().equals(PICTURE)) {
                return Optional.of(frame.getValue().equals(PICTURE) ? frame.getKey() : run.getFirst());
            }
        }
        return isBeginning ? Optional.empty() : run.stream().findFirst();
    }

    /** @param otherwise says what is wrong; it is not called if the promise holds */
    private Optional<Violation> check(boolean holds, Promise promise, Supplier<String> otherwise) {
        return holds ? Optional.empty() : broken(promise, otherwise.get());
    }

    private Optional<Violation> broken(Promise promise, String words) {
        return Optional.of(new Violation(promise, stream, words));
    }
}
