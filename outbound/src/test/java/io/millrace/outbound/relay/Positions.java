package io.millrace.outbound.relay;

import io.millrace.platform.log.Keyframe;
import io.millrace.platform.timeline.Tracks;
import io.millrace.testkit.Records;
import io.millrace.tools.past.EpochPosition;

/** Positions of tests. */
final class Positions {
    private Positions() {}

    static EpochPosition at(long epoch, long offset) {
        return new EpochPosition(epoch, new Keyframe(epoch, offset, -40), Tracks.of(Records.TRACKS));
    }
}
