package io.millrace.edge.rules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A media playlist as a player reads it: its tags by segment, with their text. Times are in ms, durations in µs. */
public final class Listing {
    private static final Pattern ATTRIBUTE = Pattern.compile("([A-Z0-9-]+)=(\"[^\"]*\"|[^,]*)");

    /** A tag with its attributes, without the quotes; {@code value} is all of them. */
    record Tag(String name, String value) {
        Map<String, String> attributes() {
            Map<String, String> found = new LinkedHashMap<>();
            Matcher matcher = ATTRIBUTE.matcher(value);
            while (matcher.find()) {
                found.put(matcher.group(1), matcher.group(2).replace("\"", ""));
            }
            return found;
        }

        String attribute(String attribute) {
            return attributes().getOrDefault(attribute, "");
        }

        long micros(String attribute) {
            return Listing.micros(attribute(attribute));
        }
    }

    /** The tags up to a URI; of the open segment, those after the last URI. */
    record Entry(List<Tag> tags, String uri) {
        boolean has(String name) {
            return tags.stream().anyMatch(tag -> tag.name().equals(name));
        }

        String value(String name) {
            return tags.stream().filter(tag -> tag.name().equals(name)).map(Tag::value).findFirst().orElse("");
        }

        List<Tag> parts() {
            return tags.stream().filter(tag -> tag.name().equals("EXT-X-PART")).toList();
        }

        long durationUs() {
            return Listing.micros(value("EXTINF").replaceAll(",.*", ""));
        }
    }

    final String text;
    final List<Tag> head = new ArrayList<>();
    final List<Entry> segments = new ArrayList<>();
    /** The segment that is not complete; without tags if there is none. */
    Entry open;
    final List<Tag> tail = new ArrayList<>();

    public Listing(String text) {
        this.text = text;
        List<Tag> tags = new ArrayList<>();
        for (String line : text.split("\n")) {
            if (!line.startsWith("#")) {
                segments.add(new Entry(List.copyOf(tags), line));
                tags.clear();
                continue;
            }
            int colon = line.indexOf(':');
            var tag = new Tag(line.substring(1, colon < 0 ? line.length() : colon),
                    colon < 0 ? "" : line.substring(colon + 1));
            switch (tag.name()) {
                case "EXTM3U", "EXT-X-VERSION", "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE", "EXT-X-SKIP",
                        "EXT-X-DISCONTINUITY-SEQUENCE", "EXT-X-INDEPENDENT-SEGMENTS", "EXT-X-SERVER-CONTROL",
                        "EXT-X-PART-INF", "EXT-X-I-FRAMES-ONLY", "EXT-X-START" ->
                    head.add(tag);
                case "EXT-X-PRELOAD-HINT", "EXT-X-RENDITION-REPORT", "EXT-X-ENDLIST" -> tail.add(tag);
                default -> tags.add(tag);
            }
        }
        open = new Entry(List.copyOf(tags), null);
    }

    Tag head(String name) {
        return head.stream().filter(tag -> tag.name().equals(name)).findFirst().orElse(new Tag(name, ""));
    }

    List<Tag> tail(String name) {
        return tail.stream().filter(tag -> tag.name().equals(name)).toList();
    }

    boolean isEnded() {
        return !tail("EXT-X-ENDLIST").isEmpty();
    }

    public long number(String name) {
        String value = head(name).value();
        return value.matches("[0-9]{1,18}") ? Long.parseLong(value) : -1;
    }

    long targetUs() {
        return number("EXT-X-TARGETDURATION") * 1_000_000;
    }

    long partTargetUs() {
        return head("EXT-X-PART-INF").micros("PART-TARGET");
    }

    int skipped() {
        String count = head("EXT-X-SKIP").attribute("SKIPPED-SEGMENTS");
        return count.isEmpty() ? 0 : Integer.parseInt(count);
    }

    /** All entries with tags: the complete segments, then the open one if there is one. */
    List<Entry> entries() {
        List<Entry> all = new ArrayList<>(segments);
        if (!open.tags().isEmpty()) {
            all.add(open);
        }
        return all;
    }

    /** Returns the number of an entry's segment. */
    long numberOf(Entry entry) {
        return number("EXT-X-MEDIA-SEQUENCE") + skipped() + entries().indexOf(entry);
    }

    /** The newest segment, complete or not. */
    public long lastSegment() {
        return number("EXT-X-MEDIA-SEQUENCE") + skipped() + entries().size() - 1;
    }

    public int lastPart() {
        return entries().getLast().parts().size() - 1;
    }

    /** Returns a decimal in µs; -1 if it is not one. */
    static long micros(String decimal) {
        if (!decimal.matches("[0-9]{1,9}(\\.[0-9]+)?")) {
            return -1;
        }
        int point = decimal.indexOf('.');
        String fraction = point < 0 ? "" : decimal.substring(point + 1);
        return Long.parseLong(point < 0 ? decimal : decimal.substring(0, point)) * 1_000_000
                + Long.parseLong((fraction + "000000").substring(0, 6));
    }
}
