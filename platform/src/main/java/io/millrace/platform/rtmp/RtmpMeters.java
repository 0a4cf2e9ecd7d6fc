package io.millrace.platform.rtmp;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;

/**
 * The meters of RTMP listeners: {@code millrace_connections_closed_total{protocol="rtmp",reason}}, one for each reason from
 * the start. Thread-safe.
 */
public final class RtmpMeters {
    private final Map<CloseReason, Counter> closed = new EnumMap<>(CloseReason.class);

    public RtmpMeters(MeterRegistry registry) {
        for (CloseReason reason : CloseReason.values()) {
            closed.put(reason, Counter.builder("millrace.connections.closed").description("Connections that ended")
                    .tag("protocol", "rtmp").tag("reason", reason.label()).register(registry));
        }
    }

    void closed(CloseReason reason) {
        closed.get(reason).increment();
    }
}
