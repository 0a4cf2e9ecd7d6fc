package io.millrace.edge.rules;

import io.millrace.edge.rules.Listing.Entry;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;

/** The rules of two versions of one playlist, an older one and a newer one, both complete. Stateless. */
public final class SuccessionRules {
    private static final Map<String, BiPredicate<Listing, Listing>> RULES = new LinkedHashMap<>();

    static {
        RULES.put("the target duration never changes", (a, b) -> a.targetUs() == b.targetUs());
        RULES.put("server control and PART-TARGET never change", (a, b) -> a.head("EXT-X-SERVER-CONTROL")
                .equals(b.head("EXT-X-SERVER-CONTROL")) && a.head("EXT-X-PART-INF").equals(b.head("EXT-X-PART-INF")));
        RULES.put("the media sequence never decreases",
                (a, b) -> a.number("EXT-X-MEDIA-SEQUENCE") <= b.number("EXT-X-MEDIA-SEQUENCE"));
        RULES.put("discontinuities that left are counted", SuccessionRules::discontinuities);
        RULES.put("segments do not change", SuccessionRules::segments);
        RULES.put("parts do not change", SuccessionRules::parts);
        RULES.put("nothing follows ENDLIST", (a, b) -> !a.isEnded() || a.text.equals(b.text));
        RULES.put("no part disappears before its segment is complete",
                (a, b) -> b.isEnded() || after(a, b));
    }

    private SuccessionRules() {}

    public static Set<String> names() {
        return RULES.keySet();
    }

    public static Set<String> broken(String older, String newer) {
        Set<String> broken = new LinkedHashSet<>();
        RULES.forEach((name, rule) -> {
            if (!rule.test(new Listing(older), new Listing(newer))) {
                broken.add(name);
            }
        });
        return broken;
    }

    /** Returns the complete playlist that a player makes of its copy and of a delta update. */
    public static String apply(String copy, String delta) {
        var old = new Listing(copy);
        var update = new Listing(delta);
        long first = update.number("EXT-X-MEDIA-SEQUENCE");
        StringBuilder skipped = new StringBuilder();
        for (Entry entry : old.segments) {
            long number = old.numberOf(entry);
            if (number >= first && number < first + update.skipped()) {
                entry.tags().stream().filter(tag -> !tag.name().equals("EXT-X-PART"))
                        .forEach(tag -> skipped.append('#').append(tag.name())
                                .append(tag.value().isEmpty() ? "" : ":" + tag.value()).append('\n'));
                skipped.append(entry.uri()).append('\n');
            }
        }
        return delta.replaceFirst("#EXT-X-SKIP:.*\n", skipped.toString()).replaceFirst("#EXT-X-VERSION:.*\n",
                "#EXT-X-VERSION:" + old.number("EXT-X-VERSION") + "\n");
    }

    private static boolean discontinuities(Listing a, Listing b) {
        long left = a.segments.stream().filter(s -> a.numberOf(s) < b.number("EXT-X-MEDIA-SEQUENCE"))
                .filter(s -> s.has("EXT-X-DISCONTINUITY")).count();
        return b.number("EXT-X-DISCONTINUITY-SEQUENCE") == a.number("EXT-X-DISCONTINUITY-SEQUENCE") + left
                || b.number("EXT-X-MEDIA-SEQUENCE") > a.lastSegment();
    }

    private static boolean segments(Listing a, Listing b) {
        return b.segments.stream().allMatch(s -> a.segments.stream().filter(o -> a.numberOf(o) == b.numberOf(s))
                .allMatch(o -> o.uri().equals(s.uri()) && List.of("EXTINF", "EXT-X-PROGRAM-DATE-TIME", "EXT-X-GAP")
                        .stream().allMatch(tag -> o.value(tag).equals(s.value(tag)) && o.has(tag) == s.has(tag))));
    }

    private static boolean parts(Listing a, Listing b) {
        for (Entry entry : b.entries()) {
            for (Entry old : a.entries()) {
                int both = Math.min(old.parts().size(), entry.parts().size());
                if (a.numberOf(old) == b.numberOf(entry)
                        && !old.parts().subList(0, both).equals(entry.parts().subList(0, both))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean after(Listing a, Listing b) {
        return b.lastSegment() > a.lastSegment()
                || b.lastSegment() == a.lastSegment() && b.lastPart() >= a.lastPart();
    }
}
