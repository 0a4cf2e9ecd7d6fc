package io.millrace.testkit.oracle;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks what the viewers of one stream receive from all edges: playlists and segments. */
final class ViewerOracle {
    private static final String END = "#EXT-X-ENDLIST";
    private static final String DISCONTINUITY = "#EXT-X-DISCONTINUITY";
    private static final Pattern SEQUENCE = Pattern.compile("#EXT-X-MEDIA-SEQUENCE:(\\d+)");
    private static final List<String> OF_SEGMENT = List.of("#EXTINF", "#EXT-X-PROGRAM-DATE-TIME",
            "#EXT-X-GAP");
    private static final Pattern GAP = Pattern.compile("#EXT-X-GAP\\R(?:#.*\\R)*(\\d+)\\.ts");

    private record Key(long epoch, long segment, int part) {}

    private record Watched(int edge, long epoch) {}

    private final String stream;
    private final Map<Key, ByteBuffer> parts = new HashMap<>();
    private final Map<Key, ByteBuffer> served = new HashMap<>();
    private final Map<Long, Long> packets = new HashMap<>();
    private final Map<Key, List<Long>> cuts = new HashMap<>();
    /** By epoch, then by the number of records of the index that have been read. */
    private final Map<Long, NavigableMap<Long, String>> playlists = new HashMap<>();
    /** The newest playlist of each viewer, empty before the first. */
    private final Map<Watched, Optional<String>> newest = new HashMap<>();
    /** The segments of frames, by offset. */
    private final Map<Long, Key> segments = new HashMap<>();
    private final Set<Long> damaged = new HashSet<>();
    /** The segments that may be gaps. */
    private final Set<Key> gaps = new HashSet<>();
    private final NavigableSet<Long> index = new TreeSet<>();

    ViewerOracle(String stream) {
        this.stream = stream;
    }

    void shown(Fact.Shown it) {
        packets.put(it.offset(), it.packet());
    }

    void cut(Fact.Cut it) {
        cuts.putIfAbsent(new Key(it.epoch(), it.segment(), it.part()),
                it.offsets().stream().map(packets::get).toList());
        if (it.offsets().stream().anyMatch(damaged::contains)) {
            gaps.add(new Key(it.epoch(), it.segment(), 0));
        }
        it.offsets().forEach(offset -> segments.put(offset, new Key(it.epoch(), it.segment(), 0)));
    }

    void damaged(Fact.Damaged it) {
        damaged.add(it.offset());
        if (segments.containsKey(it.offset())) {
            gaps.add(segments.get(it.offset()));
        }
    }

    Optional<Violation> muxed(Fact.Muxed it) {
        ByteBuffer first = parts.putIfAbsent(new Key(it.epoch(), it.segment(), it.part()), it.content());
        return check(first == null || first.equals(it.content()), Promise.ONE_CONTENT_PER_IDENTITY, "part " + it.part()
                + " of segment " + it.segment() + " of epoch " + it.epoch() + " has other bytes than before");
    }

    void indexed(Fact.Indexed it) {
        index.add(it.offset());
    }

    void watching(Fact.Watching it) {
        newest.put(new Watched(it.edge(), it.epoch()), Optional.empty());
    }

    Optional<Violation> playlist(Fact.Playlist it) {
        newest.put(new Watched(it.edge(), it.epoch()), Optional.of(it.text()));
        Matcher gap = GAP.matcher(it.text());
        while (gap.find()) {
            if (!gaps.contains(new Key(it.epoch(), Long.parseLong(gap.group(1)), 0))) {
                return broken(Promise.CUT_IS_SERVED, "the playlist of epoch " + it.epoch() + " at edge " + it.edge()
                        + " has a gap instead of segment " + gap.group(1));
            }
        }
        Long offset = index.lower(it.readTo());
        NavigableMap<Long, String> texts = playlists.computeIfAbsent(it.epoch(), _ -> new TreeMap<>());
        long at = offset == null ? -1 : offset;
        String first = texts.putIfAbsent(at, it.text());
        String where = "the playlist of epoch " + it.epoch() + " at index offset " + at;
        if (first != null) {
            return check(first.equals(it.text()), Promise.ONE_PLAYLIST_PER_OFFSET, where + " is another one at edge "
                    + it.edge() + ": " + more(it.text(), first) + " instead of " + more(first, it.text()));
        }
        return Optional.ofNullable(texts.lowerEntry(at))
                .flatMap(before -> order(it.epoch(), where, before.getValue(), it.text()))
                .or(() -> Optional.ofNullable(texts.higherEntry(at))
                        .flatMap(after -> order(it.epoch(), where, it.text(), after.getValue())));
    }

    /** Returns the lines of a text that another one does not have. */
    private static List<String> more(String text, String than) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        lines.removeAll(than.lines().toList());
        return lines;
    }

    private Optional<Violation> order(long epoch, String where, String earlier, String later) {
        if (earlier.contains(END) && !earlier.equals(later)) {
            return broken(Promise.NUMBERS_RISE, where + " changes after its end");
        }
        Map<String, List<String>> before = segments(earlier);
        Map<String, List<String>> after = segments(later);
        for (Map.Entry<String, List<String>> segment : before.entrySet()) {
            List<String> lines = after.getOrDefault(segment.getKey(), segment.getValue());
            // A replaced packager may write a gap late (docs/decisions/0020, "Not decided by it").
            if (!lines.equals(segment.getValue()) && !mayBeGap(epoch, segment.getKey())) {
                return broken(Promise.ONE_CONTENT_PER_IDENTITY, where + " has other lines of " + segment.getKey()
                        + " than another one: " + lines + " instead of " + segment.getValue());
            }
        }
        return check(sequence(earlier) <= sequence(later)
                && sequence(earlier) + before.size() <= sequence(later) + after.size(), Promise.NUMBERS_RISE,
                where + " goes back");
    }

    private boolean mayBeGap(long epoch, String uri) {
        return gaps.contains(new Key(epoch, Long.parseLong(uri.substring(0, uri.indexOf('.'))), 0));
    }

    /** Returns the lines that describe each segment, by its URI. */
    private static Map<String, List<String>> segments(String text) {
        Map<String, List<String>> segments = new LinkedHashMap<>();
        List<String> lines = new ArrayList<>();
        for (String line : text.lines().toList()) {
            if (!line.startsWith("#")) {
                segments.put(line, List.copyOf(lines));
                lines.clear();
            } else if (line.equals(DISCONTINUITY) || OF_SEGMENT.stream().anyMatch(line::startsWith)) {
                lines.add(line);
            }
        }
        return segments;
    }

    private static long sequence(String text) {
        Matcher matcher = SEQUENCE.matcher(text);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : -1;
    }

    Optional<Violation> served(Fact.Served it) {
        String name = "segment " + it.segment() + " of epoch " + it.epoch();
        ByteBuffer first = served.putIfAbsent(new Key(it.epoch(), it.segment(), 0), it.content());
        if (first != null) {
            return check(first.equals(it.content()), Promise.ONE_CONTENT_PER_IDENTITY,
                    name + " has other bytes at edge " + it.edge());
        }
        List<Long> expected = new ArrayList<>();
        List<Long> part;
        for (int n = 0; (part = cuts.get(new Key(it.epoch(), it.segment(), n))) != null; n++) {
            expected.addAll(part);
        }
        return check(sorted(expected).equals(sorted(it.packets())), Promise.CUT_IS_SERVED, name + " contains "
                + it.packets() + " instead of " + expected);
    }

    private static List<Long> sorted(List<Long> packets) {
        return packets.stream().sorted().toList();
    }

    /** All is quiet, and has been for long. */
    Optional<Violation> allAway() {
        Map<Long, Long> lastSegments = new TreeMap<>();
        // Gaps at the end of an epoch are not listed.
        cuts.keySet().stream().filter(key -> !gaps.contains(new Key(key.epoch(), key.segment(), 0)))
                .forEach(key -> lastSegments.merge(key.epoch(), key.segment(), Math::max));
        for (Map.Entry<Watched, Optional<String>> watched : newest.entrySet()) {
            Long last = lastSegments.get(watched.getKey().epoch());
            if (last == null) {
                continue;
            }
            String where = "the playlist of epoch " + watched.getKey().epoch() + " at edge " + watched.getKey().edge();
            if (watched.getValue().isEmpty()) {
                return broken(Promise.CUT_IS_SERVED, where + " never came");
            }
            String text = watched.getValue().get();
            if (!text.contains("\n" + last + ".ts\n")) {
                return broken(Promise.CUT_IS_SERVED, where + " does not list segment " + last + ":\n" + text);
            }
            if (!text.contains(END)) {
                return broken(Promise.EVERY_EPOCH_ENDS, where + " goes on");
            }
        }
        return Optional.empty();
    }

    private Optional<Violation> check(boolean holds, Promise promise, String otherwise) {
        return holds ? Optional.empty() : broken(promise, otherwise);
    }

    private Optional<Violation> broken(Promise promise, String words) {
        return Optional.of(new Violation(promise, stream, words));
    }
}
