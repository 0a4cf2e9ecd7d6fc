package io.millrace.testkit.oracle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A media playlist as far as the oracle needs it. Immutable by convention.
 *
 * @param sequence EXT-X-MEDIA-SEQUENCE, -1 without one
 * @param segments the lines that describe each segment, among them the init section that applies to it, by its number
 * @param gaps numbers of the segments without media
 * @param ended whether there is EXT-X-ENDLIST
 */
record MediaText(String text, long sequence, Map<Long, List<String>> segments, Set<Long> gaps, boolean ended) {
    private static final String END = "#EXT-X-ENDLIST";
    private static final String SEQUENCE = "#EXT-X-MEDIA-SEQUENCE:";
    private static final String MAP = "#EXT-X-MAP";
    private static final String GAP = "#EXT-X-GAP";
    private static final List<String> OF_SEGMENT = List.of("#EXTINF", "#EXT-X-PROGRAM-DATE-TIME", GAP,
            "#EXT-X-DISCONTINUITY");
    private static final String DISCONTINUITY_SEQUENCE = "#EXT-X-DISCONTINUITY-SEQUENCE";

    /** @param before the playlist before, null if there is none; it is returned if the text is the same */
    static MediaText parse(String text, MediaText before) {
        return before != null && before.text.equals(text) ? before : parse(text);
    }

    private static MediaText parse(String text) {
        Map<Long, List<String>> segments = new LinkedHashMap<>();
        Set<Long> gaps = new TreeSet<>();
        List<String> lines = new ArrayList<>();
        String map = "";
        long sequence = -1;
        boolean ended = false;
        for (int begin = 0, end; begin < text.length(); begin = end + 1) {
            end = text.indexOf('\n', begin);
            end = end < 0 ? text.length() : end;
            String line = text.substring(begin, end);
            if (line.startsWith(SEQUENCE)) {
                sequence = Long.parseLong(line.substring(SEQUENCE.length()).strip());
            } else if (line.startsWith(END)) {
                ended = true;
            } else if (line.startsWith(MAP)) {
                map = line;
            } else if (!line.startsWith("#") && !line.isEmpty()) {
                long number = Long.parseLong(line.substring(0, line.indexOf('.')));
                if (lines.contains(GAP)) {
                    gaps.add(number);
                }
                lines.add(map);
                segments.put(number, List.copyOf(lines));
                lines.clear();
            } else if (isOfSegment(line)) {
                lines.add(line);
            }
        }
        return new MediaText(text, sequence, segments, gaps, ended);
    }

    private static boolean isOfSegment(String line) {
        for (String tag : OF_SEGMENT) {
            if (line.startsWith(tag)) {
                return !line.startsWith(DISCONTINUITY_SEQUENCE);
            }
        }
        return false;
    }

    /** Returns the number after that of the last segment. */
    long end() {
        return sequence + segments.size();
    }

    /** Returns the lines that another text does not have. */
    List<String> more(MediaText than) {
        List<String> more = new ArrayList<>(text.lines().toList());
        more.removeAll(than.text.lines().toList());
        return more;
    }
}
