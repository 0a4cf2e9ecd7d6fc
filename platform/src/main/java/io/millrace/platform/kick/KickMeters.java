package io.millrace.platform.kick;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.platform.log.Kick;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntSupplier;

/** The meters of {@link Kicks}. Thread-safe. */
public final class KickMeters {
    private final Map<Kick.Target, Counter> read = new EnumMap<>(Kick.Target.class);
    private volatile IntSupplier inForce = () -> 0;

    public KickMeters(MeterRegistry registry) {
        Gauge.builder("millrace.kicks.in.force", this, meters -> meters.inForce.getAsInt())
                .description("Viewers and publishers that are refused because an operator has disconnected them")
                .register(registry);
        for (Kick.Target target : Kick.Target.values()) {
            read.put(target, Counter.builder("millrace.kicks").tag("target", target.name().toLowerCase(Locale.ROOT))
                    .description("Kicks that this process has read since it started").register(registry));
        }
    }

    void gauge(IntSupplier now) {
        inForce = now;
    }

    void read(Kick.Target target) {
        read.get(target).increment();
    }
}
