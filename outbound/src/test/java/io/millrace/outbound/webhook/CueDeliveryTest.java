package io.millrace.outbound.webhook;

import io.millrace.platform.log.Cue;
import io.millrace.platform.log.StreamEvent;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CueDeliveryTest {
    private static String body(Cue cue) {
        var event = new StreamEvent("live/show", StreamEvent.Type.CUE, new StreamEvent.Cause(1_042, 0), 17, 17, 123, "",
                "", cue);
        return new Delivery(event, 3, 57, 0).body();
    }

    @Test
    void describesCue() {
        assertThat(body(new Cue("break-7@1042", 1_042, Cue.Place.OPEN, 1_500, 31_500, 30_000,
                List.of(new Cue.Attribute("SCTE35-OUT", "0xFC30"), new Cue.Attribute("X-A", "é")))))
                .isEqualTo("{\"id\":\"live/show#1042.0\",\"partition\":3,\"offset\":57,\"type\":\"cue\","
                        + "\"stream\":\"live/show\",\"at\":\"1970-01-01T00:00:00.123Z\",\"epoch\":17,\"session\":17,"
                        + "\"cue\":{\"id\":\"break-7@1042\",\"start\":\"1970-01-01T00:00:01.500Z\","
                        + "\"end\":\"1970-01-01T00:00:31.500Z\",\"plannedDuration\":30000,"
                        + "\"attributes\":{\"SCTE35-OUT\":\"0xFC30\",\"X-A\":\"é\"}}}");
        assertThat(body(new Cue("a@1", 1, Cue.Place.OPEN, 1_500, Cue.UNKNOWN, Cue.UNKNOWN, List.of())))
                .endsWith("\"cue\":{\"id\":\"a@1\",\"start\":\"1970-01-01T00:00:01.500Z\",\"attributes\":{}}}");
    }
}
