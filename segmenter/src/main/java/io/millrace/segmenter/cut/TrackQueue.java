package io.millrace.segmenter.cut;

import io.millrace.platform.log.RecordSchema.Generic;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The frames of one track, other than the leading one, that are in no cut yet, in decoding order. Times are those for
 * cutting, 90 kHz. Confined to one thread.
 */
final class TrackQueue {
    private final ArrayDeque<FurtherTracks.Placed> frames = new ArrayDeque<>();
    /** Time of the newest frame of the line, 0 before the first. */
    private long newestTicks;

    void beginLine() {
        frames.clear();
        newestTicks = 0;
    }

    int size() {
        return frames.size();
    }

    long newestTicks() {
        return newestTicks;
    }

    /** Makes the previous frame end where {@code frame} begins. A frame that is not added counts as arrived, too. */
    void arrived(FurtherTracks.Placed frame) {
        newestTicks = Math.max(newestTicks, frame.ticks());
        FurtherTracks.Placed last = frames.peekLast();
        if (last != null && last.config().equals(frame.config())
                && frame.ticks() - last.ticks() <= VideoClock.LONGEST_FRAME) {
            last.draft().endAt(frame.draft().dts);
        }
    }

    void add(FurtherTracks.Placed frame) {
        frames.add(frame);
    }

    /** Removes the frames before {@code ticks}, and returns how many. */
    int dropBefore(long ticks) {
        int dropped = 0;
        while (!frames.isEmpty() && frames.getFirst().ticks() < ticks) {
            frames.removeFirst();
            dropped++;
        }
        return dropped;
    }

    boolean hasBefore(long ticks) {
        return !frames.isEmpty() && frames.getFirst().ticks() < ticks;
    }

    /** Returns whether the first frame is at {@code ticks}, and a keyframe of {@code config} if that is required. */
    boolean startsAt(long ticks, long toleranceTicks, boolean keyframe, TrackConfig config) {
        FurtherTracks.Placed first = frames.peekFirst();
        return first != null && first.config().equals(config) && (first.draft().keyframe || !keyframe)
                && (Math.abs(first.ticks() - ticks) <= toleranceTicks
                        || Math.abs(first.draft().dts + first.draft().compositionTicks - ticks) <= toleranceTicks);
    }

    /**
     * Removes the frames before {@code endTicks}, and moves those that need {@code config} to {@code taken} as long as
     * {@code room} has room. Returns how many of the others were removed.
     */
    int take(long endTicks, TrackConfig config, Drafts room, List<Draft> taken) {
        int dropped = 0;
        while (hasBefore(endTicks)) {
            FurtherTracks.Placed next = frames.getFirst();
            if (!next.config().equals(config)) {
                dropped++;
            } else if (room.takes(next.draft())) {
                room.add(next.draft());
                taken.add(next.draft());
            } else {
                return dropped;
            }
            frames.removeFirst();
        }
        return dropped;
    }

    /** Removes all frames, and moves those that need {@code config} to {@code taken}. Returns how many others there were. */
    int takeAll(TrackConfig config, List<Draft> taken) {
        int before = frames.size();
        frames.stream().filter(queued -> queued.config().equals(config)).forEach(queued -> taken.add(queued.draft()));
        frames.clear();
        return before - taken.size();
    }

    Generic write(Generic g) {
        Set<TrackConfig> distinct = new LinkedHashSet<>();
        frames.forEach(queued -> distinct.add(queued.config()));
        List<TrackConfig> configs = new ArrayList<>(distinct);
        return g.put("newestTicks", newestTicks).list("configs", configs, TrackConfig::write)
                .list("frames", List.copyOf(frames), (queued, f) -> {
                    Generic draft = f.child("draft");
                    queued.draft().write(draft);
                    f.put("draft", draft).put("ticks", queued.ticks()).put("config", configs.indexOf(queued.config()));
                });
    }

    static TrackQueue read(Generic g) {
        TrackQueue queue = new TrackQueue();
        queue.newestTicks = g.int64("newestTicks");
        List<TrackConfig> configs = g.list("configs", TrackConfig::read);
        g.list("frames", f -> new FurtherTracks.Placed(Draft.read(f.record("draft")), f.int64("ticks"),
                configs.get(f.int32("config")))).forEach(queue.frames::add);
        return queue;
    }
}
