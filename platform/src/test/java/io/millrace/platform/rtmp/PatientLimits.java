package io.millrace.platform.rtmp;

import io.millrace.media.rtmp.RtmpLimits;
import io.millrace.platform.net.ProxySources;
import java.net.URI;
import java.time.Duration;

/** Connection limits with timeouts that no test reaches, however slow the machine is. */
final class PatientLimits {
    private static final Duration NEVER = Duration.ofMinutes(10);
    private static final ConnectionLimits DEFAULT = ConnectionLimits.DEFAULT;
    static final ConnectionLimits LIMITS = of(DEFAULT.perAddress(), DEFAULT.unauthenticated(), DEFAULT.rtmp());
    static final RtmpServerSettings SETTINGS = new RtmpServerSettings(null, ProxySources.NONE, LIMITS);

    static final RtmpClientLimits CLIENT = new RtmpClientLimits(NEVER, NEVER, NEVER);

    private PatientLimits() {}

    static ConnectionLimits of(int perAddress, int unauthenticated, RtmpLimits rtmp) {
        return new ConnectionLimits(NEVER, NEVER, NEVER, NEVER, NEVER, perAddress, unauthenticated, rtmp);
    }

    static RtmpClient publish(URI url) throws RtmpException {
        return publish(url, null);
    }

    static RtmpClient publish(URI url, Runnable onReconnectRequest) throws RtmpException {
        return RtmpClient.publish(url, ServerTrust.SYSTEM, CLIENT, onReconnectRequest);
    }
}
