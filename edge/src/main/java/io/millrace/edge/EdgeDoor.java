package io.millrace.edge;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.edge.http.HttpPort;
import io.millrace.platform.rtmp.RtmpListener;
import io.millrace.platform.rtmp.RtmpMeters;
import java.util.function.IntPredicate;

/**
 * What an edge has before it meets Kafka: its bound ports, which accept nobody yet. Opened first, so that a port that is
 * taken is reported at once.
 *
 * @param rtmp null if somebody else listens for players of RTMP
 */
public record EdgeDoor(EdgeSettings settings, MeterRegistry registry, HttpPort http,
        RtmpListener rtmp) implements AutoCloseable {

    /**
     * @param named ports that "any free one" does not take
     * @throws io.millrace.platform.UserError with one line for people
     */
    public static EdgeDoor open(EdgeSettings settings, MeterRegistry registry, IntPredicate named) {
        HttpPort http = HttpPort.bind(settings, named);
        try {
            return new EdgeDoor(settings, registry, http, settings.rtmp() == null
                    ? null
                    : RtmpListener.bind(settings.rtmp(), new RtmpMeters(registry), named));
        } catch (RuntimeException e) {
            http.close();
            throw e;
        }
    }

    /** Again does no harm. */
    @Override
    public void close() {
        if (rtmp != null) {
            rtmp.close();
        }
        http.close();
    }
}
