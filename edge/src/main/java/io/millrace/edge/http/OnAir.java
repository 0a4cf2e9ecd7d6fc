package io.millrace.edge.http;

import io.millrace.edge.audience.Viewer;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.meters.Protocol;
import io.millrace.media.codec.AacConfig;
import io.millrace.media.codec.AvcConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.timeline.Tracks;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A stream that has not ended, with its viewers at this edge, as other servers describe it. Immutable.
 *
 * @param viewers the listed ones; {@code viewerCount} has all
 */
record OnAir(StreamEntry entry, Tracks tracks, List<Viewer> viewers, int viewerCount) {
    /** ISO/IEC 14496-10, A.2. */
    private static final Map<Integer, String> AVC_PROFILES = Map.of(66, "Baseline", 77, "Main", 100, "High");
    /** ISO/IEC 14496-3, 1.5.1.1. */
    private static final Map<Integer, String> AAC_PROFILES = Map.of(1, "Main", 2, "LC", 5, "HE", 29, "HEv2");

    /**
     * Returns streams that have not ended, ordered by name.
     *
     * @param streamsLimit maximum number of streams
     * @param viewersLimit maximum number of viewers of all streams together
     */
    static List<OnAir> list(StreamDirectory directory, Viewers viewers, int streamsLimit, int viewersLimit) {
        Map<String, List<Viewer>> byStream = viewers.list(_ -> true, null, viewersLimit).stream()
                .collect(Collectors.groupingBy(Viewer::stream));
        return directory.list(null, streamsLimit, each -> each.state() != StreamEntry.State.ENDED).stream()
                .map(entry -> new OnAir(entry, Tracks.of(entry.session().tracks()),
                        byStream.getOrDefault(entry.stream(), List.of()),
                        Stream.of(Protocol.values()).mapToInt(each -> viewers.count(entry.stream(), each)).sum()))
                .toList();
    }

    /** Returns the part of the name before the last slash. */
    String application() {
        return entry.stream().substring(0, entry.stream().lastIndexOf('/'));
    }

    /** Returns the part of the name after the last slash. */
    String name() {
        return entry.stream().substring(entry.stream().lastIndexOf('/') + 1);
    }

    boolean hasPublisher() {
        return entry.state() == StreamEntry.State.LIVE;
    }

    /** Returns the number of viewers and publishers. */
    int clientCount() {
        return viewerCount + (hasPublisher() ? 1 : 0);
    }

    /** Returns what the newest session has sent. */
    long receivedBytes() {
        return entry.sessions().isEmpty() ? 0 : entry.sessions().getLast().sizeBytes();
    }

    /** Returns what the listed viewers were sent over connections of their own. */
    long sentBytes() {
        return viewers.stream().mapToLong(Viewer::sentBytes).sum();
    }

    /** Returns the name that nginx-rtmp and SRS use. */
    static String codec(CodecConfig config) {
        return config.codec() == Codec.AVC ? "H264" : config.codec().name();
    }

    /** Returns the name of the profile of H.264 or AAC; empty for others. */
    static String profile(CodecConfig config) {
        if (config instanceof AvcConfig avc) {
            return AVC_PROFILES.getOrDefault(avc.profile(), "");
        }
        return config instanceof AacConfig aac ? AAC_PROFILES.getOrDefault(aac.objectType(), "") : "";
    }

    /** Returns the level of H.264, such as {@code 3.1}; empty for others. */
    static String level(CodecConfig config) {
        return config instanceof AvcConfig avc ? avc.level() / 10 + "." + avc.level() % 10 : "";
    }
}
