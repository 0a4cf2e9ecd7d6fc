package io.millrace.testkit;

import io.millrace.platform.net.ProxySources;
import io.millrace.platform.rtmp.ConnectionLimits;
import io.millrace.platform.rtmp.RtmpClient;
import io.millrace.platform.rtmp.RtmpClientLimits;
import io.millrace.platform.rtmp.RtmpException;
import io.millrace.platform.rtmp.RtmpListen;
import io.millrace.platform.rtmp.ServerTrust;
import java.net.URI;
import java.time.Duration;

/** RTMP listeners and clients with time limits that no test reaches, however slow the machine is. */
public final class PatientRtmp {
    private static final Duration NEVER = Duration.ofHours(1);
    private static final RtmpClientLimits CLIENT = new RtmpClientLimits(NEVER, NEVER, NEVER);

    private PatientRtmp() {}

    /** Returns settings of a listener on any free port of 127.0.0.1. */
    public static RtmpListen listen() {
        return listen(NEVER);
    }

    /** Returns settings of such a listener that disconnects a player that reads nothing for {@code blocked}. */
    public static RtmpListen listen(Duration blocked) {
        ConnectionLimits usual = ConnectionLimits.DEFAULT;
        var limits = new ConnectionLimits(NEVER, NEVER, NEVER, NEVER, blocked, usual.perAddress(),
                usual.unauthenticated(), usual.rtmp());
        return new RtmpListen("127.0.0.1", 0, RtmpListen.NONE, null, null, ProxySources.NONE, limits);
    }

    /** Connects and publishes to {@code url}. Blocks until the server has accepted the publish. */
    public static RtmpClient publish(URI url) throws RtmpException {
        return publish(url, null);
    }

    /**
     * Like {@link #publish(URI)}, as an encoder that supports the reconnect request, for which
     * {@code onReconnectRequest} is called.
     */
    public static RtmpClient publish(URI url, Runnable onReconnectRequest) throws RtmpException {
        return RtmpClient.publish(url, ServerTrust.SYSTEM, CLIENT, onReconnectRequest);
    }
}
