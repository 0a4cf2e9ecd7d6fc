package io.millrace.platform.rtmp;

import io.millrace.media.rtmp.RtmpLimits;
import io.millrace.platform.net.ProxySources;
import java.time.Duration;

/** Limits that no connection of a test reaches by time, however slow the machine is. */
final class PatientLimits {
    private static final Duration NEVER = Duration.ofMinutes(10);
    private static final ConnectionLimits DEFAULT = ConnectionLimits.DEFAULT;
    static final ConnectionLimits LIMITS = of(DEFAULT.perAddress(), DEFAULT.unauthenticated(), DEFAULT.rtmp());
    static final RtmpServerSettings SETTINGS = new RtmpServerSettings(null, ProxySources.NONE, LIMITS);

    private PatientLimits() {}

    static ConnectionLimits of(int perAddress, int unauthenticated, RtmpLimits rtmp) {
        return new ConnectionLimits(NEVER, NEVER, NEVER, NEVER, NEVER, perAddress, unauthenticated, rtmp);
    }
}
