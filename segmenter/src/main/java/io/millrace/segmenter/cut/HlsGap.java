package io.millrace.segmenter.cut;

import io.millrace.platform.log.EpochRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds the tracks of a segment that HLS omits, because none of the epoch's formats carries the track's codec. Pure.
 */
final class HlsGap {

    private HlsGap() {}

    /** Returns a sentence for the warning, or empty if HLS carries all tracks. Either track may be null. */
    static Optional<String> of(EpochRules rules, TrackConfig video, TrackConfig audio) {
        List<String> missing = new ArrayList<>();
        if (isMissing(rules, video)) {
            missing.add("video " + video.rfc6381());
        }
        if (isMissing(rules, audio)) {
            missing.add("audio " + audio.rfc6381());
        }
        boolean nothing = (video == null || isMissing(rules, video)) && (audio == null || isMissing(rules, audio));
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of("HLS in " + formats(rules) + " does not carry " + String.join(" and ", missing)
                        + (nothing ? ", so HLS has no media; " : "; ") + "HTTP-FLV carries all tracks");
    }

    /** Returns {@code TS}, or {@code TS and CMAF}. */
    private static String formats(EpochRules rules) {
        return rules.formats().stream().map(Object::toString).collect(Collectors.joining(" and "));
    }

    private static boolean isMissing(EpochRules rules, TrackConfig track) {
        return track != null
                && rules.formats().stream().noneMatch(format -> rules.carries(format, track.codec()));
    }
}
