package io.millrace.media.mpd;

import java.util.ArrayList;
import java.util.List;

/**
 * The times of consecutive segments (ISO/IEC 23009-1, 5.3.9.6), as runs of segments that have the same duration and
 * follow each other without a gap. Immutable.
 */
public record SegmentTimeline(List<Run> runs) {
    /**
     * Segments of one duration.
     *
     * @param time media time of the first one, in ticks
     * @param duration of each, in ticks
     * @param count number of segments, at least 1; {@code S@r} is one less
     */
    public record Run(long time, long duration, int count) {
        public Run {
            if (time < 0 || duration < 1 || count < 1) {
                throw new IllegalArgumentException(
                        "out of range: time " + time + ", duration " + duration + ", count " + count);
            }
        }

        long end() {
            return time + duration * count;
        }
    }

    public SegmentTimeline {
        runs = List.copyOf(runs);
        for (int i = 1; i < runs.size(); i++) {
            if (runs.get(i).time() < runs.get(i - 1).end()) {
                throw new IllegalArgumentException(runs.get(i) + " begins before the end of " + runs.get(i - 1));
            }
        }
    }

    /** Returns the number of segments. */
    public int segments() {
        return runs.stream().mapToInt(Run::count).sum();
    }

    /** Collects segments in their order. Confined to one thread. */
    public static final class Builder {
        private final List<Run> runs = new ArrayList<>();

        /**
         * Adds the next segment. Segments must not overlap: if it begins before the end of the previous one, by
         * rounding or because an encoder lies, the previous one is shortened.
         *
         * @param time media time in ticks, after that of the previous segment
         * @param duration at least 1 tick
         */
        public Builder add(long time, long duration) {
            Run last = runs.isEmpty() ? null : runs.getLast();
            if (last != null && last.end() > time) {
                shorten(last, time);
                last = runs.getLast();
            }
            if (last != null && last.end() == time && last.duration() == duration) {
                runs.set(runs.size() - 1, new Run(last.time(), duration, last.count() + 1));
            } else {
                runs.add(new Run(time, duration, 1));
            }
            return this;
        }

        /** Ends the last segment of {@code run} at {@code end}. */
        private void shorten(Run run, long end) {
            runs.removeLast();
            if (run.count() > 1) {
                runs.add(new Run(run.time(), run.duration(), run.count() - 1));
            }
            long time = run.end() - run.duration();
            runs.add(new Run(time, end - time, 1));
        }

        public SegmentTimeline build() {
            return new SegmentTimeline(runs);
        }
    }
}
