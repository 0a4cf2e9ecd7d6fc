package io.millrace.edge.rules;

import io.millrace.edge.rules.Listing.Entry;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The rules of playlists of keyframes (RFC 8216, 4.3.3.6, 4.3.2.2 and 7), by name. */
public final class IframeRules {
    private static final List<String> ORDER = List.of("EXT-X-DISCONTINUITY", "EXT-X-MAP", "EXT-X-PROGRAM-DATE-TIME",
            "EXT-X-GAP", "EXTINF", "EXT-X-BYTERANGE");
    private static final Map<String, Predicate<Listing>> RULES = new LinkedHashMap<>();

    static {
        RULES.put("I-FRAMES-ONLY, once, in the head", p -> p.text.split("#EXT-X-I-FRAMES-ONLY\n", -1).length == 2
                && p.text.indexOf("#EXT-X-I-FRAMES-ONLY") < p.text.indexOf("#EXTINF"));
        RULES.put("version 5, which MAP with I-FRAMES-ONLY needs", p -> p.number("EXT-X-VERSION") == 5);
        RULES.put("TARGETDURATION is at least every rounded EXTINF", p -> p.targetUs() > 0 && p.segments.stream()
                .allMatch(s -> (s.durationUs() + 500_000) / 1_000_000 * 1_000_000 <= p.targetUs()));
        RULES.put("sequence numbers are present", p -> p.number("EXT-X-MEDIA-SEQUENCE") >= 0
                && p.number("EXT-X-DISCONTINUITY-SEQUENCE") >= 0);
        RULES.put("MAP before the first segment and after each discontinuity", p -> !p.segments.isEmpty()
                && p.segments.getFirst().has("EXT-X-MAP")
                && p.segments.stream().allMatch(s -> !s.has("EXT-X-DISCONTINUITY") || s.has("EXT-X-MAP")));
        RULES.put("a byte range from the beginning of a file, or a gap", p -> p.segments.stream()
                .allMatch(s -> s.has("EXT-X-GAP")
                        ? s.value("EXT-X-BYTERANGE").isEmpty()
                        : s.value("EXT-X-BYTERANGE").matches("[1-9][0-9]{0,9}@0")));
        RULES.put("each file once", p -> p.segments.stream().map(Entry::uri).distinct().count() == p.segments.size());
        RULES.put("files of segments", p -> p.segments.stream().allMatch(s -> s.uri().matches("(.*/)?[0-9]+\\.m4s")));
        RULES.put("order of tags", p -> p.segments.stream().allMatch(IframeRules::ordered));
        RULES.put("no parts and no low latency", p -> !p.text.contains("#EXT-X-PART")
                && !p.text.contains("#EXT-X-PRELOAD-HINT") && !p.text.contains("#EXT-X-SKIP"));
    }

    private IframeRules() {}

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

    private static boolean ordered(Entry entry) {
        int last = 0;
        for (Listing.Tag tag : entry.tags()) {
            int place = ORDER.indexOf(tag.name());
            if (place < last) {
                return false;
            }
            last = place;
        }
        return true;
    }
}
