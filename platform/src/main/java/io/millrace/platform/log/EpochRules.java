package io.millrace.platform.log;

import java.util.List;

/**
 * What holds for a whole epoch, fixed by its first session.
 *
 * @param rulesVersion version of the rules of cutter and muxers, from {@link #CURRENT_VERSION}
 * @param segmentTargetMs cut at the first keyframe after this long
 * @param partTargetMs no part is longer
 * @param windowMs what a live playlist lists
 * @param graceMs how long a publisher may be away before the epoch ends
 * @param formats what the packager muxes
 */
public record EpochRules(int rulesVersion, int segmentTargetMs, int partTargetMs, int windowMs, int graceMs,
        List<Format> formats) {
    public static final int CURRENT_VERSION = 1;
}
