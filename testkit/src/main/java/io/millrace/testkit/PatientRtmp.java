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

/** RTMP listeners and clients whose time limits no test reaches, however slow the machine is. */
public final class PatientRtmp {
    private static final Duration NEVER = Duration.ofHours(1);
    private static final RtmpClientLimits CLIENT = new RtmpClientLimits(NEVER, NEVER, NEVER);

    private PatientRtmp() {}

    /** Returns settings of a listener on any free port of 127.0.0.1. */
    public static RtmpListen listen() {
        return listen(NEVER);
    }

    /** Returns settings of a listener that disconnects a player which reads nothing for {@code blocked}. */
    public static RtmpListen listen(Duration blocked) {
        ConnectionLimits usual = ConnectionLimits.DEFAULT;
        var limits = new ConnectionLimits(NEVER, NEVER, NEVER, NEVER, blocked, usual.perAddress(),
                usual.unauthenticated(), usual.rtmp());
        return new RtmpListen("127.0.0.1", 0, RtmpListen.NONE, null, null, ProxySources.NONE, limits);
    }

    /** Publishes to {@code url}. */
    public static RtmpClient publish(URI url) throws RtmpException {
        return publish(url, null);
    }

    /** Publishes to {@code url} as an encoder that can reconnect on request. */
    public static RtmpClient publish(URI url, Runnable onReconnectRequest) throws RtmpException {
        return RtmpClient.publish(url, ServerTrust.SYSTEM, CLIENT, onReconnectRequest);
    }
}
