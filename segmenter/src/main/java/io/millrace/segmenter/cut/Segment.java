package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.Track;
import java.util.List;
import java.util.function.Consumer;

/**
 * The open segment. It consists of completed parts, the open part, and a group, which is the newest frame of the
 * leading track and, before version 7 of the rules, the frames of the other track that followed it. The group is added to
 * a part when the next frame of the leading track arrives.
 *
 * <p>Boundaries are presentation times, 90 kHz. The duration of a part is the difference of two boundaries, so the
 * durations of the parts add up to that of the segment.
 */
final class Segment {
    /** The segment is full after this many parts, so that it cannot grow without limit while timestamps stand still. */
    private static final int PARTS_LIMIT = 1_024;
    /**
     * The next segment begins at most one part in this many of the segment's duration before or after the segment's
     * end.
     */
    private static final int STEP_DIVISOR = 100;

    final long number;
    final TrackConfig video;
    /** Start on the line of timestamps, 90 kHz. */
    final long startTicks;
    /** Wall clock at time 0 of the timeline, ms since 1970. */
    private final long wallMs;
    /** Identity, head and start of the segment, without samples. */
    private Cut opening;
    /** Null if the segment has no audio. */
    private TrackConfig audio;
    private int nextPart;
    /** Start of the open part, 90 kHz; the end of the segment once it is closed. */
    private long partTicks;
    /**
     * Start of the last completed part, 90 kHz. Not written to the state, because it is needed only after the segment
     * is closed.
     */
    private long lastPartTicks;
    private final Drafts part;
    private final Drafts group;
    /** Newest frame of the leading track, and its presentation time, 90 kHz. */
    private Draft lead;
    private long leadTicks;

    /**
     * Opens a segment without frames. The caller must add the first frame with
     * {@link #lead(Draft, long, long, Consumer)}.
     *
     * @param opening identity, head and start of the segment, without samples
     * @param video null if the segment has no video
     * @param audio null if the segment has no audio yet
     */
    Segment(Cut opening, TrackConfig video, TrackConfig audio, long wallMs) {
        this(opening, video, audio, wallMs, new Drafts(), new Drafts());
    }

    private Segment(Cut opening, TrackConfig video, TrackConfig audio, long wallMs, Drafts part, Drafts group) {
        this.number = opening.id().segment();
        this.opening = opening;
        this.video = video;
        this.audio = audio;
        this.startTicks = opening.times().startTicks();
        this.wallMs = wallMs;
        this.part = part;
        this.group = group;
        this.partTicks = startTicks;
    }

    TrackConfig audio() {
        return audio;
    }

    Draft lead() {
        return lead;
    }

    long leadTicks() {
        return leadTicks;
    }

    boolean isFull() {
        return nextPart >= PARTS_LIMIT;
    }

    /**
     * Adds the next frame of the leading track, with presentation time {@code ticks}. The previous group is added to a
     * part, and the part before it is cut if it is complete.
     */
    void lead(Draft next, long ticks, long partTargetTicks, Consumer<DecidedPart> out) {
        if (lead != null) {
            lead.endAt(next.dts);
            settle(ticks, partTargetTicks, out);
        }
        lead = next;
        leadTicks = ticks;
        group.add(next);
    }

    /**
     * Adds an audio track to the whole segment. Returns false if the segment already has an audio track, or its head is
     * already in a cut.
     */
    boolean takeSound(TrackConfig sound, Track track) {
        if (audio != null || nextPart > 0) {
            return false;
        }
        audio = sound;
        opening = opening.withHead(opening.head().withSound(track));
        return true;
    }

    /**
     * Adds a frame of the other track. Returns false, without adding it, if a part has no room for the group with this
     * frame.
     */
    boolean follow(Draft draft) {
        if (!group.takes(draft)) {
            return false;
        }
        group.add(draft);
        return true;
    }

    /** Returns the newest audio frame that is in no cut yet, or null if there is none. */
    Draft lastAudio() {
        Draft last = group.lastAudio();
        return last == null ? part.lastAudio() : last;
    }

    /**
     * Ends the segment at {@code endTicks}. Returns the actual end, which is later only if the last part would have no
     * duration otherwise. No frame may be added afterwards. The caller has set the end of the newest frame of each
     * track, through {@link #lead} and {@link #lastAudio}.
     */
    long close(long endTicks, long partTargetTicks, Consumer<DecidedPart> out) {
        settle(endTicks, partTargetTicks, out);
        cut(endTicks, true, out);
        return partTicks;
    }

    private void settle(long endTicks, long partTargetTicks, Consumer<DecidedPart> out) {
        if (!part.isEmpty() && (endTicks - partTicks > partTargetTicks || !part.takes(group))) {
            cut(leadTicks, false, out);
        }
        part.addAll(group);
        group.clear();
    }

    private void cut(long boundaryTicks, boolean last, Consumer<DecidedPart> out) {
        // Invalid composition times must not result in a part of zero or negative duration.
        long endTicks = Math.max(boundaryTicks, partTicks + 1);
        List<Draft> drafts = List.copyOf(part.list);
        PartTimes times = new PartTimes(partTicks, endTicks - partTicks, wallMs + Math.floorDiv(partTicks, 90L), 0);
        out.accept(new DecidedPart(new Cut(new PartId(opening.id().epoch(), number, nextPart), opening.session(), last,
                drafts.stream().anyMatch(this::isIndependent), opening.packets(), times,
                nextPart == 0 ? opening.head() : null, List.of()), drafts));
        part.clear();
        nextPart++;
        lastPartTicks = partTicks;
        partTicks = endTicks;
    }

    /**
     * Returns how many ms after the end of this closed segment the next segment may begin without a discontinuity.
     *
     * @param largestMs the limit for all segments
     */
    long mostForwardMs(long largestMs) {
        return Math.min(largestMs, (partTicks - startTicks) / 90 / STEP_DIVISOR);
    }

    /**
     * Returns how many ms before the end of this closed segment the next segment may begin without a discontinuity. It
     * must also begin after the start of the last part, so that times increase.
     *
     * @param largestMs the limit for all segments
     */
    long mostBackMs(long largestMs) {
        long lastPartMs = Math.floorDiv(partTicks, 90L) - Math.floorDiv(lastPartTicks, 90L);
        return Math.clamp(lastPartMs - 1, 0, mostForwardMs(largestMs));
    }

    private boolean isIndependent(Draft draft) {
        return draft.keyframe && (video == null || !draft.isAudio());
    }

    Generic write(Generic g) {
        g.put("opening", Playlist.bytes(opening)).put("wallMs", wallMs).put("nextPart", nextPart)
                .put("partTicks", partTicks).put("leadTicks", leadTicks);
        TrackConfig.write(video, "video", g);
        TrackConfig.write(audio, "audio", g);
        part.write("part", g);
        group.write("group", g);
        return g;
    }

    static Segment read(Generic g) {
        Segment segment = new Segment(Playlist.cut(g.bytes("opening")), TrackConfig.read("video", g),
                TrackConfig.read("audio", g), g.int64("wallMs"), Drafts.read("part", g), Drafts.read("group", g));
        segment.nextPart = g.int32("nextPart");
        segment.partTicks = g.int64("partTicks");
        segment.leadTicks = g.int64("leadTicks");
        // A group begins with a frame of the leading track.
        segment.lead = segment.group.list.getFirst();
        return segment;
    }
}
