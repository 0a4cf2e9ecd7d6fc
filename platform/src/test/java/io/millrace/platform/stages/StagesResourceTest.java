package io.millrace.platform.stages;

import io.millrace.platform.admin.AdminResource.Answer;
import io.millrace.platform.admin.AdminRoutes;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StagesResourceTest {
    private final AtomicInteger readings = new AtomicInteger();
    private final AtomicLong nanos = new AtomicLong(-5);
    private final AdminRoutes routes = AdminRoutes.of(List.of(new StagesResource(
            () -> Answer.error(503, "kafka_unavailable", "reading " + readings.incrementAndGet()), nanos::get)));

    private String get() {
        return routes.answer("GET", "/api/v1/stages", Map.of()).orElseThrow().json();
    }

    /** Errors as well, since they take the longest. */
    @Test
    void asksKafkaOncePerSecond() {
        assertThat(get()).contains("reading 1");
        nanos.addAndGet(StagesResource.REMEMBERED.toNanos() - 1);
        assertThat(get()).contains("reading 1");
        nanos.addAndGet(1);
        assertThat(get()).contains("reading 2");
    }
}
