package io.millrace.platform.rtmp;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.media.rtmp.ServerEvent.PassedOver;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * The meters of RTMP listeners: {@code millrace_connections_closed_total{protocol="rtmp",reason}} and
 * {@code millrace_dropped_total{stage="rtmp",reason}}, with a counter per reason from the start. Thread-safe.
 */
public final class RtmpMeters {
    private final Map<CloseReason, Counter> closed = new EnumMap<>(CloseReason.class);
    private final Map<PassedOver.What, Counter> passedOver = new EnumMap<>(PassedOver.What.class);

    public RtmpMeters(MeterRegistry registry) {
        for (CloseReason reason : CloseReason.values()) {
            closed.put(reason, Counter.builder("millrace.connections.closed").description("Connections that ended")
                    .tag("protocol", "rtmp").tag("reason", reason.label()).register(registry));
        }
        for (PassedOver.What what : PassedOver.What.values()) {
            passedOver.put(what, Counter.builder("millrace.dropped").tag("stage", "rtmp")
                    .tag("reason", what.name().toLowerCase(Locale.ROOT))
                    .description("Input that was received and not passed on").register(registry));
        }
    }

    void passedOver(PassedOver.What what) {
        passedOver.get(what).increment();
    }

    void closed(CloseReason reason) {
        closed.get(reason).increment();
    }
}
