package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.TrackId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Decides which tracks a segment has besides the leading one (docs/protocols.md, section 9.4). The further tracks of an
 * epoch are those of its first segment. One that a later segment lacks has left, and does not return in the epoch: a
 * playlist of the track would have gaps otherwise. Confined to one thread.
 */
final class Ladder {
    private final FurtherTracks further;
    private final Map<TrackId, TrackLabel> labels;
    private final CaptionFinder captions;
    /** Whether the epoch's first segment has begun. */
    private boolean fixed;
    /** The tracks of the newest segment without the leading one, with their configurations. */
    private Map<TrackId, TrackConfig> listed = new TreeMap<>();
    /** See {@link #keepAll}. */
    private boolean keepsAll;

    /**
     * @param labels shared; the owner updates them
     * @param captions shared; the owner updates them
     */
    Ladder(FurtherTracks further, Map<TrackId, TrackLabel> labels, CaptionFinder captions) {
        this.captions = captions;
        this.further = further;
        this.labels = labels;
    }

    /** Returns whether frames of the further track {@code id} can be in a segment. */
    boolean isOpenTo(TrackId id) {
        return !fixed || listed.containsKey(id);
    }

    /** A segment begins with a discontinuity. */
    void discontinue() {
        further.discontinue();
    }

    /** Returns the tracks of the newest segment without the leading one, with their configurations. */
    Map<TrackId, TrackConfig> listed() {
        return listed;
    }

    /**
     * Sets whether segments have all further tracks of the segment before, also those without a frame in them: segments of
     * the sound that outlasts the pictures. The tracks that end with the pictures do not leave. Not part of the state: it
     * is true only while one record is folded.
     */
    void keepAll(boolean keeps) {
        keepsAll = keeps;
    }

    /** Returns the tracks for which a part of a segment waits. */
    Set<TrackId> awaited(Cut bounds) {
        if (!bounds.id().isFirst()) {
            return listed.keySet();
        }
        Set<TrackId> awaited = new TreeSet<>();
        followingAudio(bounds.head()).ifPresent(_ -> awaited.add(TrackId.AUDIO));
        further.all().stream().filter(track -> wanted(track, bounds.head()).isPresent())
                .forEach(track -> awaited.add(track.id()));
        return awaited;
    }

    /**
     * Begins the segment of {@code part}, which is its first. Returns the head with the segment's tracks.
     *
     * @param followTicks end of the part for tracks other than the leading one, 90 kHz
     * @param toleranceTicks how far frames of one time may be apart
     */
    Cut.SegmentHead begin(DecidedPart part, long followTicks, long toleranceTicks,
            Function<TrackId, TrackQueue> queues, Step out) {
        Cut.SegmentHead head = part.bounds().head();
        Map<TrackId, TrackConfig> next = new TreeMap<>();
        List<Track> tracks = new ArrayList<>(head.tracks());
        followingAudio(head).ifPresent(audio -> next.put(TrackId.AUDIO, TrackConfig.of(audio)));
        for (FurtherTrack track : further.all()) {
            TrackConfig wanted = wanted(track, head).orElse(null);
            TrackQueue queue = queues.apply(track.id());
            if (wanted != null && takesPart(track.id(), queue, part, followTicks, toleranceTicks, wanted, out)) {
                next.put(track.id(), wanted);
                tracks.add(track(track.id(), wanted));
            }
        }
        if (keepsAll) {
            addSilent(next, tracks, queues, out);
        }
        further.all().forEach(track -> track.list(next.get(track.id())));
        warn(listed.keySet().stream().filter(id -> id.id() != 0 && !next.containsKey(id)).toList(), out);
        listed = next;
        fixed = true;
        return head.withTracks(List.copyOf(tracks));
    }

    /** Adds the further tracks that a segment of sound has without frames. */
    private void addSilent(Map<TrackId, TrackConfig> next, List<Track> tracks,
            Function<TrackId, TrackQueue> queues, Step out) {
        listed.forEach((id, config) -> {
            if (id.id() != 0 && !next.containsKey(id)) {
                // Pictures need a keyframe at the start of the segment.
                out.dropFrames("no_keyframe", queues.apply(id).dropBefore(Long.MAX_VALUE));
                next.put(id, config);
                tracks.add(track(id, config));
            }
        });
    }

    /** Reports the tracks of the session that cannot be in a segment. */
    void warnOfLeft(Step out) {
        warn(further.all().stream().map(FurtherTrack::id).filter(id -> !isOpenTo(id)).toList(), out);
    }

    private static void warn(List<TrackId> left, Step out) {
        if (!left.isEmpty()) {
            out.warn(StreamWarning.TRACK_LEFT, left.stream().map(Ladder::words).collect(Collectors.joining(", "))
                    + (left.size() == 1 ? " is" : " are") + " not in HLS until the next broadcast: a further track"
                    + " must be there from the beginning, without a break, with the keyframes of the default video");
        }
    }

    private static String words(TrackId id) {
        return (id.kind() == Packet.Kind.VIDEO ? "video track " : "audio track ") + id.id();
    }

    private boolean takesPart(TrackId id, TrackQueue queue, DecidedPart part, long followTicks, long toleranceTicks,
            TrackConfig wanted, Step out) {
        if (id.kind() == Packet.Kind.AUDIO) {
            return queue.hasBefore(followTicks);
        }
        long startTicks = part.startTicks();
        out.dropFrames("track_left", queue.dropBefore(startTicks - toleranceTicks));
        return queue.startsAt(startTicks, toleranceTicks, part.bounds().head().start().independent(), wanted);
    }

    /** Returns the configuration that a further track has to have in a segment; empty if it cannot be in it. */
    private Optional<TrackConfig> wanted(FurtherTrack track, Cut.SegmentHead head) {
        if (track.id().kind() == Packet.Kind.VIDEO && head.tracks().getFirst().kind() == Packet.Kind.AUDIO) {
            return Optional.empty();
        }
        TrackConfig newest = track.config();
        if (!fixed) {
            return Optional.ofNullable(newest);
        }
        TrackConfig before = listed.get(track.id());
        if (before == null || !head.start().discontinuous()) {
            return Optional.ofNullable(before);
        }
        return Optional.ofNullable(newest).filter(config -> config.codec() == before.codec());
    }

    private static Optional<Track> followingAudio(Cut.SegmentHead head) {
        return head.tracks().getFirst().kind() == Packet.Kind.VIDEO ? head.track(Packet.Kind.AUDIO) : Optional.empty();
    }

    /** Returns the further tracks of the newest segment, as a head lists them. */
    List<Track> furtherTracks() {
        return listed.entrySet().stream().filter(each -> each.getKey().id() != 0)
                .map(each -> track(each.getKey(), each.getValue())).toList();
    }

    /** Returns a track as the head of a segment lists it. */
    Track track(TrackId id, TrackConfig config) {
        return config.track(id, labels.getOrDefault(id, TrackLabel.NONE), captions.names(id));
    }

    Generic write(Generic cutter) {
        return cutter.put("ladderFixed", fixed).list("listed", List.copyOf(listed.entrySet()), (each, g) -> {
            TrackLabel.writeTrack(each.getKey(), g);
            TrackConfig.write(each.getValue(), "config", g);
        });
    }

    void read(Generic cutter) {
        fixed = cutter.bool("ladderFixed");
        cutter.list("listed", g -> listed.put(TrackLabel.readTrack(g, "id"), TrackConfig.read("config", g)));
    }
}
