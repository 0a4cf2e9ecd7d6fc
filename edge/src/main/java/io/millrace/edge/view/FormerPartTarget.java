package io.millrace.edge.view;

import io.millrace.media.codec.Codec;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Track;
import java.util.List;

/**
 * PART-TARGET of an epoch whose directory entry does not have it, the same in all of its renditions and in all sessions:
 * the longest part by the epoch's rules plus one audio frame, because audio is cut at the same times as video and its
 * frames do not end there. Pure: stateless.
 */
final class FormerPartTarget {
    private static final int TICKS_PER_MS = Ticks.MPEG / 1_000;

    private FormerPartTarget() {}

    /** @param tracks those of the epoch; only their codecs count, since a session may have another configuration */
    static long ticks(EpochRules rules, List<Track> tracks) {
        int frameMs = tracks.stream().mapToInt(FormerPartTarget::frameMs).max().orElse(0);
        return (long) (rules.partTargetMs() + frameMs) * TICKS_PER_MS;
    }

    /**
     * Returns the longest frame of an audio codec, at 44.1 kHz and above, rounded up; 0 for video. Audio at lower rates
     * has longer frames, which may exceed PART-TARGET.
     */
    private static int frameMs(Track track) {
        return Codec.valueOf(track.codec()).isVideo() ? 0 : switch (Codec.valueOf(track.codec())) {
            case AAC -> 24;
            case MP3 -> 27;
            case OPUS -> 20;
            case AC3, EAC3 -> 35;
            case FLAC -> 105;
            case AVC, HEVC, AV1, VP9 -> 0;
        };
    }
}
