package io.millrace.outbound.relay;

import io.millrace.tools.past.EpochPosition;
import java.util.Optional;

/**
 * How much of a stream a relay has sent. Immutable.
 *
 * @param epoch number of the newest epoch of which something was sent; {@link #NO_EPOCH} before the first
 * @param over whether nothing of the epoch remains to be sent
 * @param at the keyframe at which to continue; empty if the epoch is over, or nothing of it was sent
 */
record RelayPosition(long epoch, boolean over, Optional<EpochPosition> at) {
    private static final long NO_EPOCH = -1;
    /** Nothing was sent. */
    static final RelayPosition NONE = new RelayPosition(NO_EPOCH, false, Optional.empty());

    static RelayPosition of(EpochPosition at) {
        return new RelayPosition(at.epoch(), false, Optional.of(at));
    }

    static RelayPosition after(long epoch) {
        return new RelayPosition(epoch, true, Optional.empty());
    }

    boolean isNone() {
        return epoch == NO_EPOCH;
    }
}
