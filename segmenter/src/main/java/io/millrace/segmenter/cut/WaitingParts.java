package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.TrackId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * The parts whose boundaries are decided and that wait for the slower tracks, and the frames of those tracks (rules
 * version 7). A part takes from each track the frames before its end, whenever they arrived: frames that are early stay
 * for later parts.
 *
 * <p>A part waits until each track has a frame at or after the part's end. It does not wait for a track that is more
 * than {@link #LONGEST_WAIT_TICKS} behind the leading track; late frames of such a track are in the next part. A part
 * that is not followed by another one without a break does not wait. Confined to one thread.
 *
 * <p>Limit: {@link #FRAMES_LIMIT} frames wait.
 */
final class WaitingParts {
    /** The wait is limited by the skew that causes a warning. */
    static final long LONGEST_WAIT_TICKS = EncoderFaults.LARGEST_SKEW_MS * 90;
    static final int FRAMES_LIMIT = Drafts.LIMIT;

    private final Ladder ladder;
    private final BiConsumer<Cut, Step> cuts;
    private final ArrayDeque<Waiting> parts = new ArrayDeque<>();
    private final Map<TrackId, TrackQueue> queues = new TreeMap<>();
    /** Time of the newest frame of the leading track, 90 kHz. */
    private long leadTicks;

    /** @param toleranceTicks how far frames of two videos at the same time may be apart, 90 kHz */
    private record Waiting(DecidedPart part, long toleranceTicks) {}

    /** @param cuts receives the cuts, in order */
    WaitingParts(Ladder ladder, BiConsumer<Cut, Step> cuts) {
        this.ladder = ladder;
        this.cuts = cuts;
    }

    void beginLine() {
        queues.values().forEach(TrackQueue::beginLine);
        leadTicks = 0;
    }

    private TrackQueue queue(TrackId track) {
        return queues.computeIfAbsent(track, _ -> new TrackQueue());
    }

    private static boolean isVideo(TrackId track) {
        return track.kind() == Packet.Kind.VIDEO;
    }

    private static long before(TrackId track, long ticks, long toleranceTicks) {
        return isVideo(track) ? ticks - toleranceTicks : ticks;
    }

    /** Adds a frame of a track other than the leading one. */
    void follow(TrackId track, FurtherTracks.Placed frame, Step out) {
        TrackQueue queue = queue(track);
        queue.arrived(frame);
        if (waitingFrames() < FRAMES_LIMIT) {
            queue.add(frame);
        } else {
            out.dropFrames("over_limit", 1);
        }
        release(out);
    }

    private int waitingFrames() {
        int frames = 0;
        for (TrackQueue queue : queues.values()) {
            frames += queue.size();
        }
        return frames;
    }

    /** Removes all frames of a track but those of the last {@code keptTicks}. */
    void prune(TrackId track, long keptTicks, Step out) {
        TrackQueue queue = queue(track);
        out.dropFrames("no_keyframe", queue.dropBefore(queue.newestTicks() - keptTicks));
    }

    /** Returns whether a frame of the track waits. */
    boolean has(TrackId track) {
        return queue(track).size() > 0;
    }

    /** Removes all waiting frames of a track, and returns those that need {@code config}. */
    List<Draft> takeAll(TrackId track, TrackConfig config, Step out) {
        List<Draft> taken = new ArrayList<>();
        out.dropFrames("new_config", queue(track).takeAll(config, taken));
        return taken;
    }

    /** A segment begins at {@code ticks}. If no segment precedes it without a break, earlier samples belong to no segment. */
    void open(long ticks, long toleranceTicks, Step out) {
        if (parts.isEmpty()) {
            queues.forEach((track, queue) -> out.dropFrames("no_keyframe",
                    queue.dropBefore(before(track, ticks, toleranceTicks))));
        }
    }

    /** Returns the time of the newest frame of a track on this line, 90 kHz; 0 before the first. */
    long newestTicks(TrackId track) {
        return queue(track).newestTicks();
    }

    /** Adds a part that {@link #release} or {@link #flush} writes. */
    void add(DecidedPart part, long toleranceTicks) {
        parts.add(new Waiting(part, toleranceTicks));
    }

    /** Writes the parts that need not wait any more, now that the leading track has arrived at {@code ticks}. */
    void lead(long ticks, Step out) {
        leadTicks = ticks;
        release(out);
    }

    private void release(Step out) {
        while (!parts.isEmpty() && (isComplete(parts.getFirst()) || isFull())) {
            write(parts.removeFirst(), 0, out);
        }
    }

    private boolean isFull() {
        int frames = 0;
        for (Waiting waiting : parts) {
            frames += waiting.part.drafts().size();
        }
        return frames > FRAMES_LIMIT;
    }

    private boolean isComplete(Waiting waiting) {
        for (TrackId track : ladder.awaited(waiting.part.bounds())) {
            long newestTicks = queue(track).newestTicks();
            if (newestTicks < before(track, waiting.part.endTicks(), waiting.toleranceTicks)
                    && leadTicks - newestTicks <= LONGEST_WAIT_TICKS) {
                return false;
            }
        }
        return true;
    }

    /**
     * Writes all parts, because no part continues the last one.
     *
     * @param tailTicks how much longer than the leading track the other tracks may be
     */
    void flush(long tailTicks, Step out) {
        while (!parts.isEmpty()) {
            Waiting next = parts.removeFirst();
            write(next, parts.isEmpty() ? tailTicks : 0, out);
        }
    }

    private void write(Waiting waiting, long tailTicks, Step out) {
        DecidedPart part = waiting.part;
        long followTicks = part.endTicks() + tailTicks;
        if (part.bounds().id().isFirst()) {
            Set<TrackId> before = ladder.listed().keySet();
            part = part.withHead(ladder.begin(part, followTicks, waiting.toleranceTicks, this::queue, out));
            long startTicks = part.startTicks();
            ladder.listed().keySet().stream().filter(track -> !before.contains(track)).forEach(track -> out
                    .dropFrames("no_keyframe",
                            queue(track).dropBefore(before(track, startTicks, waiting.toleranceTicks))));
            queues.keySet().removeIf(track -> track.id() != 0 && !ladder.isOpenTo(track));
        }
        Drafts inTs = new Drafts();
        part.drafts().forEach(inTs::add);
        List<Draft> taken = new ArrayList<>();
        ladder.listed().forEach((track, config) -> {
            Drafts room = track.id() == 0 ? inTs : new Drafts();
            long endTicks = before(track, followTicks, waiting.toleranceTicks);
            out.dropFrames("new_config", queue(track).take(endTicks, config, room, taken));
        });
        cuts.accept(part.cut(taken), out);
    }

    Generic write(Generic cutter) {
        return cutter.put("leadTicks", leadTicks).list("waiting", List.copyOf(parts), (waiting, g) -> waiting.part
                .write(g).put("toleranceTicks", waiting.toleranceTicks))
                .list("queues", List.copyOf(queues.entrySet()),
                        (each, g) -> each.getValue().write(TrackLabel.writeTrack(each.getKey(), g)));
    }

    void read(Generic cutter) {
        leadTicks = cutter.int64("leadTicks");
        parts.addAll(cutter.list("waiting", g -> new Waiting(DecidedPart.read(g), g.int64("toleranceTicks"))));
        cutter.list("queues", g -> queues.put(TrackLabel.readTrack(g, "id"), TrackQueue.read(g)));
    }
}
