package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.RecordSchema.Generic;
import java.util.List;
import java.util.function.Consumer;

/**
 * The open segment. It consists of completed parts, the open part, and a group: the newest frame of the leading track
 * and the frames that followed it. The group is added to a part when the next frame of the leading track arrives.
 *
 * <p>Boundaries are presentation times, 90 kHz. The duration of a part is the difference of two boundaries, so the
 * parts of a segment add up to the segment.
 */
final class Segment {
    /** A segment ends after this many parts, so that it cannot grow without limit while timestamps stand still. */
    private static final int PARTS_LIMIT = 1_024;
    /** The next segment begins at most this fraction of the segment's duration before or after the segment's end. */
    private static final int STEP_DIVISOR = 100;

    final long number;
    final TrackConfig video;
    final long startTicks;
    /** Wall clock at time 0 of the timeline, ms since 1970. */
    private final long wallMs;
    private Cut opening;
    private TrackConfig audio;
    private int nextPart;
    private long partTicks;
    /** Start of the last part in a cut, 90 kHz. Needed only after the segment is closed, and then not in the state. */
    private long lastPartTicks;
    private final Drafts part;
    private final Drafts group;
    private Draft lead;
    private long leadTicks;

    /** @param opening identity, head and start of the segment; no samples */
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
     * Adds the next frame of the leading track, with presentation time {@code ticks}. Its predecessor can now be added
     * to a part.
     */
    void lead(Draft next, long ticks, long partTargetTicks, Consumer<Cut> out) {
        if (lead != null) {
            lead.endAt(next.dts);
            settle(ticks, partTargetTicks, out);
        }
        lead = next;
        leadTicks = ticks;
        group.add(next);
    }

    /**
     * Sets the audio track of the segment from its beginning. Returns false if it has another one, or if its head is in
     * a cut already.
     */
    boolean takeSound(TrackConfig sound) {
        if (audio != null || nextPart > 0) {
            return false;
        }
        audio = sound;
        opening = opening.withHead(opening.head().withSound(sound.track(Packet.Kind.AUDIO)));
        return true;
    }

    /** Adds a frame of the other track. Returns false if the part has no room for it. */
    boolean follow(Draft draft) {
        if (!group.takes(draft)) {
            return false;
        }
        group.add(draft);
        return true;
    }

    /** Returns the newest audio frame that is in no cut yet, or null. */
    Draft lastAudio() {
        Draft last = group.lastAudio();
        return last == null ? part.lastAudio() : last;
    }

    /** Ends the segment at {@code endTicks}. Returns the actual end, which is later only if timestamps stand still. */
    long close(long endTicks, long partTargetTicks, Consumer<Cut> out) {
        settle(endTicks, partTargetTicks, out);
        cut(endTicks, true, out);
        return partTicks;
    }

    private void settle(long endTicks, long partTargetTicks, Consumer<Cut> out) {
        if (!part.isEmpty() && (endTicks - partTicks > partTargetTicks || !part.takes(group))) {
            cut(leadTicks, false, out);
        }
        part.addAll(group);
        group.clear();
    }

    private void cut(long boundaryTicks, boolean last, Consumer<Cut> out) {
        // Invalid composition times must not result in a part of zero or negative duration.
        long endTicks = Math.max(boundaryTicks, partTicks + 1);
        List<Draft> drafts = part.list;
        long firstOffset = drafts.getFirst().offset;
        boolean leads = drafts.stream().anyMatch(this::isIndependent);
        long arrivalUs = drafts.stream().mapToLong(d -> d.arrivalUs).max().orElseThrow();
        PartTimes times = new PartTimes(partTicks, endTicks - partTicks, wallMs + Math.floorDiv(partTicks, 90L),
                arrivalUs);
        out.accept(new Cut(new PartId(opening.id().epoch(), number, nextPart), opening.session(), last, leads,
                new Cut.PacketRange(firstOffset, drafts.getLast().offset), times,
                nextPart == 0 ? opening.head() : null, drafts.stream().map(d -> d.sample(firstOffset)).toList()));
        part.clear();
        nextPart++;
        lastPartTicks = partTicks;
        partTicks = endTicks;
    }

    /**
     * Returns how much later than this closed segment's end the next one may begin without a discontinuity, ms.
     *
     * @param largestMs the limit for all segments
     */
    long mostForwardMs(long largestMs) {
        return Math.min(largestMs, (partTicks - startTicks) / 90 / STEP_DIVISOR);
    }

    /** The same, earlier: it also begins after the start of the last part, so that times increase. */
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
