package io.millrace.edge.rules;

import io.millrace.edge.rules.Listing.Entry;
import io.millrace.edge.rules.Listing.Tag;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The rules of one low-latency media playlist, complete or a delta update, by name. Stateless. */
public final class PlaylistRules {
    private static final long ROUNDING_US = 1_000;
    private static final long CLOCK_STEP_MS = 50;
    private static final List<String> ORDER = List.of("EXT-X-DATERANGE", "EXT-X-DISCONTINUITY", "EXT-X-MAP",
            "EXT-X-PROGRAM-DATE-TIME",
            "EXT-X-PART", "EXT-X-GAP", "EXTINF");
    private static final Map<String, Predicate<Listing>> RULES = new LinkedHashMap<>();

    static {
        RULES.put("EXTM3U is the first line", p -> p.text.startsWith("#EXTM3U\n"));
        RULES.put("one version, no higher than needed", PlaylistRules::version);
        RULES.put("TARGETDURATION is at least every rounded EXTINF", p -> p.targetUs() > 0
                && p.segments.stream()
                        .allMatch(s -> (s.durationUs() + 500_000) / 1_000_000 * 1_000_000 <= p.targetUs()));
        RULES.put("sequence numbers are present", p -> p.number("EXT-X-MEDIA-SEQUENCE") >= 0
                && p.number("EXT-X-DISCONTINUITY-SEQUENCE") >= 0);
        RULES.put("CAN-BLOCK-RELOAD", p -> control(p).attribute("CAN-BLOCK-RELOAD").equals("YES"));
        RULES.put("PART-HOLD-BACK", p -> control(p).micros("PART-HOLD-BACK") >= 3 * p.partTargetUs());
        RULES.put("HOLD-BACK", p -> control(p).micros("HOLD-BACK") >= 3 * p.targetUs());
        RULES.put("CAN-SKIP-UNTIL", p -> control(p).attribute("CAN-SKIP-UNTIL").isEmpty()
                || control(p).micros("CAN-SKIP-UNTIL") >= 6 * p.targetUs());
        RULES.put("CAN-SKIP-DATERANGES requires CAN-SKIP-UNTIL", p -> !control(p).attribute("CAN-SKIP-UNTIL").isEmpty()
                || control(p).attribute("CAN-SKIP-DATERANGES").isEmpty());
        RULES.put("MAP before the first segment and after each discontinuity", PlaylistRules::maps);
        RULES.put("PROGRAM-DATE-TIME on every segment",
                p -> p.entries().stream().allMatch(e -> e.value("EXT-X-PROGRAM-DATE-TIME").matches(
                        "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z")));
        RULES.put("PROGRAM-DATE-TIME advances by EXTINF", PlaylistRules::times);
        RULES.put("order of tags", p -> p.entries().stream().allMatch(PlaylistRules::ordered));
        RULES.put("EXTINF has five digits", p -> p.segments.stream()
                .allMatch(s -> s.value("EXTINF").matches("[0-9]+\\.[0-9]{5,},")));
        RULES.put("no part is longer than PART-TARGET", p -> p.entries().stream().flatMap(e -> e.parts().stream())
                .allMatch(part -> part.micros("DURATION") >= 0 && part.micros("DURATION") <= p.partTargetUs()));
        RULES.put("parts have 85 % of PART-TARGET", PlaylistRules::longParts);
        RULES.put("parts in the last three target durations only", PlaylistRules::partsAtEnd);
        RULES.put("the parts of the newest segments are listed", p -> p.isEnded()
                || !p.open.parts().isEmpty() || !p.segments.getLast().parts().isEmpty()
                || p.segments.getLast().has("EXT-X-GAP"));
        RULES.put("parts add up to their segment", p -> p.segments.stream().filter(s -> !s.parts().isEmpty())
                .allMatch(s -> Math.abs(sum(s) - s.durationUs()) <= ROUNDING_US));
        RULES.put("parts are numbered", PlaylistRules::numbered);
        RULES.put("independent segments begin with an independent part",
                p -> !p.text.contains("#EXT-X-INDEPENDENT-SEGMENTS")
                        || p.entries().stream().filter(e -> !e.parts().isEmpty())
                                .allMatch(e -> isIndependent(e.parts().getFirst())));
        RULES.put("a hint at the next part while live, and none at the end", PlaylistRules::hint);
        RULES.put("reports of other renditions at the same part", PlaylistRules::reports);
        RULES.put("a delta update lists all after the skip boundary", PlaylistRules::delta);
        RULES.put("a complete playlist has six segments and three target durations", p -> p.skipped() > 0
                || p.number("EXT-X-MEDIA-SEQUENCE") == 0 || p.segments.size() >= 6
                        && p.segments.stream().mapToLong(Entry::durationUs).sum() >= 3 * p.targetUs());
    }

    private PlaylistRules() {}

    public static Set<String> names() {
        return RULES.keySet();
    }

    /** Returns the rules that a playlist breaks. */
    public static Set<String> broken(String text) {
        var listing = new Listing(text);
        Set<String> broken = new LinkedHashSet<>();
        RULES.forEach((name, rule) -> {
            if (!rule.test(listing)) {
                broken.add(name);
            }
        });
        return broken;
    }

    private static Tag control(Listing p) {
        return p.head("EXT-X-SERVER-CONTROL");
    }

    private static boolean version(Listing p) {
        Tag skip = p.head("EXT-X-SKIP");
        int needed = skip.value().isEmpty() ? 6 : skip.value().contains("RECENTLY-REMOVED-DATERANGES") ? 10 : 9;
        return p.head.stream().filter(tag -> tag.name().equals("EXT-X-VERSION")).count() == 1
                && p.number("EXT-X-VERSION") == needed;
    }

    private static boolean maps(Listing p) {
        boolean first = p.skipped() == 0;
        for (Entry entry : p.entries()) {
            if ((first || entry.has("EXT-X-DISCONTINUITY")) && !entry.has("EXT-X-MAP")) {
                return false;
            }
            first = false;
        }
        return true;
    }

    private static boolean times(Listing p) {
        Entry before = null;
        for (Entry entry : p.entries()) {
            if (before != null && !entry.has("EXT-X-DISCONTINUITY") && !entry.value("EXT-X-PROGRAM-DATE-TIME").isEmpty()
                    && !before.value("EXT-X-PROGRAM-DATE-TIME").isEmpty()) {
                long stepMs = timeMs(entry) - timeMs(before) - before.durationUs() / 1_000;
                if (Math.abs(stepMs) > CLOCK_STEP_MS) {
                    return false;
                }
            }
            before = entry;
        }
        return true;
    }

    private static long timeMs(Entry entry) {
        return Instant.parse(entry.value("EXT-X-PROGRAM-DATE-TIME")).toEpochMilli();
    }

    private static boolean ordered(Entry entry) {
        int last = 0;
        for (Tag tag : entry.tags()) {
            int place = ORDER.indexOf(tag.name());
            if (place < last) {
                return false;
            }
            last = place;
        }
        return true;
    }

    private static boolean isIndependent(Tag part) {
        return part.attribute("INDEPENDENT").equals("YES");
    }

    private static long sum(Entry entry) {
        return entry.parts().stream().mapToLong(part -> part.micros("DURATION")).sum();
    }

    /** Independent parts, gaps, the part before a gap and the last part of a segment may be shorter. */
    private static boolean longParts(Listing p) {
        for (Entry entry : p.entries()) {
            List<Tag> parts = entry.parts();
            for (int i = 0; i < parts.size(); i++) {
                boolean last = i == parts.size() - 1 && entry.uri() != null;
                boolean beforeGap = i < parts.size() - 1 && parts.get(i + 1).attribute("GAP").equals("YES");
                boolean mayBeShort = last || beforeGap || isIndependent(parts.get(i))
                        || parts.get(i).attribute("GAP").equals("YES")
                        || i == parts.size() - 1 && nextIsElsewhere(p, entry, parts.size());
                if (!mayBeShort && parts.get(i).micros("DURATION") * 100 < 85 * p.partTargetUs()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The newest part may turn out to be the last of its segment. */
    private static boolean nextIsElsewhere(Listing p, Entry entry, int next) {
        return p.tail("EXT-X-PRELOAD-HINT").stream()
                .noneMatch(hint -> hint.attribute("URI").equals(p.numberOf(entry) + "." + next + ".m4s"));
    }

    private static boolean partsAtEnd(Listing p) {
        long afterUs = 0;
        for (Entry entry : p.entries().reversed()) {
            afterUs += entry.uri() == null ? sum(entry) : entry.durationUs();
            if (!entry.parts().isEmpty() && afterUs > 3 * p.targetUs() + ROUNDING_US) {
                return false;
            }
        }
        return true;
    }

    private static boolean numbered(Listing p) {
        for (Entry entry : p.entries()) {
            for (int i = 0; i < entry.parts().size(); i++) {
                if (!entry.parts().get(i).attribute("URI").equals(p.numberOf(entry) + "." + i + ".m4s")) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean hint(Listing p) {
        List<Tag> hints = p.tail("EXT-X-PRELOAD-HINT");
        if (p.isEnded()) {
            return hints.isEmpty();
        }
        String next = p.open.parts().isEmpty()
                ? p.lastSegment() + 1 + ".0.m4s"
                : p.lastSegment() + "." + p.open.parts().size() + ".m4s";
        return hints.size() == 1 && hints.getFirst().attribute("TYPE").equals("PART")
                && hints.getFirst().attribute("URI").equals(next);
    }

    private static boolean reports(Listing p) {
        List<Tag> reports = p.tail("EXT-X-RENDITION-REPORT");
        return p.isEnded() || !reports.isEmpty()
                && reports.stream().map(tag -> tag.attribute("URI")).distinct().count() == reports.size()
                && reports.stream().allMatch(tag -> tag.attribute("URI").matches("\\.\\./[a-z0-9]+/index\\.m3u8")
                        && tag.attribute("LAST-MSN").equals(Long.toString(p.lastSegment()))
                        && (p.lastPart() < 0 || tag.attribute("LAST-PART").equals(Integer.toString(p.lastPart()))));
    }

    private static boolean delta(Listing p) {
        long count = p.head.stream().filter(tag -> tag.name().equals("EXT-X-SKIP")).count();
        return count == 0 || count == 1 && p.skipped() > 0 && !p.isEnded()
                && p.segments.stream().mapToLong(Entry::durationUs).sum() + sum(p.open) + ROUNDING_US >= control(p)
                        .micros("CAN-SKIP-UNTIL");
    }
}
