package io.millrace.testkit.oracle;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Checks what the viewers of one stream receive from all edges: playlists, segments and init sections. */
final class ViewerOracle {
    private static final Map<String, String> CODECS = Map.of("video0", "AVC", "audio0", "AAC");

    private record Cut(long epoch, long segment, int part) {}

    private record Segment(long epoch, long number) {}

    private record Rendition(long epoch, String name) {}

    /** The number is that of a segment, or the discontinuity number of an init section. */
    private record Url(Rendition rendition, long number) {}

    private record Part(Rendition rendition, long segment, int number) {}

    private record Watched(int edge, long epoch) {}

    private record Frame(long packet, String codec) {}

    private final String stream;
    private final Map<Part, ByteBuffer> parts = new HashMap<>();
    private final Map<Url, ByteBuffer> served = new HashMap<>();
    private final Map<Url, ByteBuffer> inits = new HashMap<>();
    private final Map<Part, String> asOf = new HashMap<>();
    private final Map<Long, Frame> frames = new HashMap<>();
    private final Map<Cut, List<Frame>> cuts = new HashMap<>();
    private final Map<Long, Set<String>> formats = new HashMap<>();
    /** The codecs of which a segment has a frame. */
    private final Map<Segment, Set<String>> codecs = new HashMap<>();
    /** By rendition, then by the number of records of the index that have been read. */
    private final Map<Rendition, NavigableMap<Long, MediaText>> playlists = new HashMap<>();
    /** The newest playlist of each viewer by rendition. */
    private final Map<Watched, Map<String, MediaText>> newest = new HashMap<>();
    /** The segments of frames, by offset. */
    private final Map<Long, Segment> segments = new HashMap<>();
    private final Set<Long> damaged = new HashSet<>();
    /** The segments that may be gaps. */
    private final Set<Segment> gaps = new HashSet<>();
    private final NavigableSet<Long> index = new TreeSet<>();

    ViewerOracle(String stream) {
        this.stream = stream;
    }

    void rules(Fact.Rules it) {
        formats.put(it.session(), it.formats());
    }

    void shown(Fact.Shown it) {
        frames.put(it.offset(), new Frame(it.packet(), it.codec()));
    }

    void cut(Fact.Cut it) {
        Segment segment = new Segment(it.epoch(), it.segment());
        List<Frame> content = it.offsets().stream().filter(frames::containsKey).map(frames::get).toList();
        cuts.putIfAbsent(new Cut(it.epoch(), it.segment(), it.part()), content);
        Set<String> known = codecs.computeIfAbsent(segment, _ -> new HashSet<>());
        content.forEach(frame -> known.add(frame.codec()));
        for (long offset : it.offsets()) {
            segments.put(offset, segment);
            if (damaged.contains(offset)) {
                gaps.add(segment);
            }
        }
    }

    void damaged(Fact.Damaged it) {
        damaged.add(it.offset());
        if (segments.containsKey(it.offset())) {
            gaps.add(segments.get(it.offset()));
        }
    }

    Optional<Violation> muxed(Fact.Muxed it) {
        ByteBuffer first = parts.putIfAbsent(new Part(new Rendition(it.epoch(), it.rendition()), it.segment(),
                it.part()), it.content());
        return check(first == null || first.equals(it.content()), Promise.ONE_CONTENT_PER_IDENTITY,
                () -> "part " + it.part()
                        + " of segment " + it.segment() + " of epoch " + it.epoch() + " in " + it.rendition()
                        + " has other bytes than before");
    }

    void indexed(Fact.Indexed it) {
        index.add(it.offset());
    }

    void watching(Fact.Watching it) {
        newest.put(new Watched(it.edge(), it.epoch()), new HashMap<>());
    }

    Optional<Violation> playlist(Fact.Playlist it) {
        Rendition rendition = new Rendition(it.epoch(), it.rendition());
        Map<String, MediaText> its = newest.computeIfAbsent(new Watched(it.edge(), it.epoch()), _ -> new HashMap<>());
        MediaText text = MediaText.parse(it.text(), its.get(it.rendition()));
        its.put(it.rendition(), text);
        Optional<Long> gap = text.gaps().stream().filter(number -> !mayBeGap(rendition, number)).findFirst();
        if (gap.isPresent()) {
            return broken(Promise.CUT_IS_SERVED, "the playlist of epoch " + it.epoch() + " in " + it.rendition()
                    + " at edge " + it.edge() + " has a gap instead of segment " + gap.get());
        }
        Long offset = index.lower(it.readTo());
        NavigableMap<Long, MediaText> texts = playlists.computeIfAbsent(rendition, _ -> new TreeMap<>());
        long at = offset == null ? -1 : offset;
        MediaText first = texts.putIfAbsent(at, text);
        if (first != null && first.text().equals(it.text())) {
            return Optional.empty();
        }
        String where = "the playlist of epoch " + it.epoch() + " in " + it.rendition() + " at index offset " + at;
        if (first != null) {
            return broken(Promise.ONE_PLAYLIST_PER_OFFSET, where + " is another one at edge " + it.edge() + ": "
                    + text.more(first) + " instead of " + first.more(text));
        }
        return Optional.ofNullable(texts.lowerEntry(at))
                .flatMap(before -> order(rendition, where, before.getValue(), text))
                .or(() -> Optional.ofNullable(texts.higherEntry(at))
                        .flatMap(after -> order(rendition, where, text, after.getValue())));
    }

    private Optional<Violation> order(Rendition rendition, String where, MediaText earlier, MediaText later) {
        if (earlier.text().equals(later.text())) {
            return Optional.empty();
        }
        if (earlier.ended()) {
            return broken(Promise.NUMBERS_RISE, where + " changes after its end");
        }
        for (Map.Entry<Long, List<String>> segment : earlier.segments().entrySet()) {
            List<String> lines = later.segments().getOrDefault(segment.getKey(), segment.getValue());
            // A replaced packager may write a gap late (docs/decisions/0020, "Not decided by it").
            if (!lines.equals(segment.getValue())
                    && !gaps.contains(new Segment(rendition.epoch(), segment.getKey()))) {
                return broken(Promise.ONE_CONTENT_PER_IDENTITY, where + " has other lines of segment "
                        + segment.getKey() + " than another one: " + lines + " instead of " + segment.getValue());
            }
        }
        return check(earlier.sequence() <= later.sequence() && earlier.end() <= later.end(), Promise.NUMBERS_RISE,
                () -> where + " goes back");
    }

    /** Returns whether a packet of the segment was damaged, or the segment has no frame in this rendition. */
    private boolean mayBeGap(Rendition rendition, long segment) {
        return gaps.contains(new Segment(rendition.epoch(), segment)) || !hasFrame(rendition, segment);
    }

    private boolean hasFrame(Rendition rendition, long segment) {
        return codecs.getOrDefault(new Segment(rendition.epoch(), segment), Set.of()).stream()
                .anyMatch(codec -> has(rendition.name(), codec));
    }

    /** Returns whether a rendition contains the frames of a codec. */
    private static boolean has(String rendition, String codec) {
        return rendition.equals(Fact.TS) || codec.equals(CODECS.get(rendition));
    }

    Optional<Violation> asOf(Fact.AsOf it) {
        Rendition rendition = new Rendition(it.epoch(), it.rendition());
        String first = asOf.putIfAbsent(new Part(rendition, it.segment(), it.part()), it.text());
        if (first != null && first.equals(it.text())) {
            return Optional.empty();
        }
        String where = "the playlist of epoch " + it.epoch() + " in " + it.rendition() + " as of part " + it.part()
                + " of segment " + it.segment();
        if (first != null) {
            return broken(Promise.PLAYLIST_AS_OF_A_PART_IS_FIXED,
                    where + " is another one at edge " + it.edge() + ": " + it.text() + " instead of " + first);
        }
        MediaText text = MediaText.parse(it.text(), null);
        boolean isListed = text.end() > it.segment()
                || it.text().contains("\"" + it.segment() + "." + it.part() + ".m4s")
                || !hasFrame(rendition, it.segment());
        return isListed && !text.ended()
                ? Optional.empty()
                : broken(Promise.PLAYLIST_AS_OF_A_PART_IS_FIXED, where + " does not list it:\n" + it.text());
    }

    Optional<Violation> variants(Fact.Variants it) {
        Map<String, MediaText> known = newest.getOrDefault(new Watched(it.edge(), it.epoch()), Map.of());
        return it.renditions().stream().filter(name -> !known.containsKey(name)).findFirst().flatMap(
                name -> broken(Promise.CUT_IS_SERVED, "the multivariant playlist of epoch " + it.epoch() + " at edge "
                        + it.edge() + " names " + name + ", which has no playlist"));
    }

    Optional<Violation> init(Fact.Init it) {
        Url url = new Url(new Rendition(it.epoch(), it.rendition()), it.discontinuity());
        ByteBuffer first = inits.putIfAbsent(url, it.content());
        return check(first == null || first.equals(it.content()), Promise.ONE_CONTENT_PER_IDENTITY,
                () -> "init section "
                        + it.discontinuity() + " of epoch " + it.epoch() + " in " + it.rendition()
                        + " has other bytes at edge "
                        + it.edge());
    }

    Optional<Violation> served(Fact.Served it) {
        String name = "segment " + it.segment() + " of epoch " + it.epoch() + " in " + it.rendition();
        Rendition rendition = new Rendition(it.epoch(), it.rendition());
        ByteBuffer first = served.putIfAbsent(new Url(rendition, it.segment()), it.content());
        if (first != null) {
            return check(first.equals(it.content()), Promise.ONE_CONTENT_PER_IDENTITY,
                    () -> name + " has other bytes at edge " + it.edge());
        }
        List<Long> expected = new ArrayList<>();
        List<Frame> part;
        for (int n = 0; (part = cuts.get(new Cut(it.epoch(), it.segment(), n))) != null; n++) {
            part.stream().filter(frame -> has(it.rendition(), frame.codec()))
                    .forEach(frame -> expected.add(frame.packet()));
        }
        return check(sorted(expected).equals(sorted(it.packets())), Promise.CUT_IS_SERVED, () -> name + " contains "
                + it.packets() + " instead of " + expected);
    }

    private static List<Long> sorted(List<Long> packets) {
        return packets.stream().sorted().toList();
    }

    /** All is quiet, and has been for long. */
    Optional<Violation> allAway() {
        for (Map.Entry<Watched, Map<String, MediaText>> watched : newest.entrySet()) {
            long epoch = watched.getKey().epoch();
            for (String name : renditions(epoch)) {
                // Gaps at the end of an epoch are not listed.
                long last = codecs.keySet().stream().filter(each -> each.epoch() == epoch && !gaps.contains(each)
                        && hasFrame(new Rendition(epoch, name), each.number())).mapToLong(Segment::number).max()
                        .orElse(-1);
                Optional<Violation> found = last < 0
                        ? Optional.empty()
                        : ended(watched.getValue().get(name), last, "the playlist of epoch " + epoch + " in " + name
                                + " at edge " + watched.getKey().edge());
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    /** Returns the renditions that an epoch may have. */
    private Set<String> renditions(long epoch) {
        Set<String> its = formats.getOrDefault(epoch, Set.of("TS"));
        Set<String> names = new TreeSet<>();
        if (its.contains("TS")) {
            names.add(Fact.TS);
        }
        if (its.contains("CMAF")) {
            names.addAll(CODECS.keySet());
        }
        return names;
    }

    private Optional<Violation> ended(MediaText text, long last, String where) {
        if (text == null) {
            return broken(Promise.CUT_IS_SERVED, where + " never came");
        }
        if (!text.segments().containsKey(last)) {
            return broken(Promise.CUT_IS_SERVED, where + " does not list segment " + last + ":\n" + text.text());
        }
        return check(text.ended(), Promise.EVERY_EPOCH_ENDS, () -> where + " goes on");
    }

    /** @param otherwise says what is wrong; it is not called if the promise holds */
    private Optional<Violation> check(boolean holds, Promise promise, Supplier<String> otherwise) {
        return holds ? Optional.empty() : broken(promise, otherwise.get());
    }

    private Optional<Violation> broken(Promise promise, String words) {
        return Optional.of(new Violation(promise, stream, words));
    }
}
