package io.millrace.edge.http;

import io.millrace.edge.exchange.Json;
import io.millrace.platform.log.Cue;
import io.millrace.platform.log.CueRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class CueFormTest {
    private static final long NOW_MS = 1_796_083_200_000L;

    @Test
    void readsAllParameters() {
        assertThat(CueForm.parse(Map.of("id", "break-7", "at", Json.time(NOW_MS + 5_000), "duration", "open",
                "planned-duration", "29.97", "X-B", "2", "X-A", "1", "SCTE35-OUT", "0xFC30"), NOW_MS))
                .isEqualTo(new CueRequest("break-7", false, NOW_MS + 5_000, Cue.UNKNOWN, 29_970,
                        List.of(new Cue.Attribute("SCTE35-OUT", "0xFC30"), new Cue.Attribute("X-A", "1"),
                                new Cue.Attribute("X-B", "2")),
                        NOW_MS));
        assertThat(CueForm.parse(Map.of("id", "break-7", "end", "true"), NOW_MS))
                .isEqualTo(new CueRequest("break-7", true, Cue.UNKNOWN, 0, Cue.UNKNOWN, List.of(), NOW_MS));
        assertThat(CueForm.parse(Map.of("id", "a", "at", "now", "duration", "86400"), NOW_MS).durationMs())
                .isEqualTo(CueRequest.DURATION_LIMIT_MS);
    }

    @ParameterizedTest
    @CsvSource({"id,a b,id must be", "end,yes,end must be", "at,tomorrow,at must be", "at,-5s,at must be",
        "duration,-1,duration must be seconds", "duration,1e3,duration must be seconds",
        "duration,86400.001,duration must be between", "planned-duration,open,planned-duration must be seconds",
        "name,x,an attribute is CLASS", "ID,x,an attribute is CLASS", "SCTE35-OUT,FC30,SCTE35-OUT must be 0x",
        "X-A,'\"',X-A must not"})
    void rejectsWhatIsInvalid(String name, String value, String message) {
        Map<String, String> query = new HashMap<>(Map.of("id", "a"));
        query.put(name, value);
        assertThatIllegalArgumentException().isThrownBy(() -> CueForm.parse(query, NOW_MS))
                .withMessageStartingWith(message);
    }

    @Test
    void requiresIdAndTimeWithinLimits() {
        assertThatIllegalArgumentException().isThrownBy(() -> CueForm.parse(Map.of(), NOW_MS))
                .withMessageStartingWith("id must be");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CueForm.parse(Map.of("id", "a", "end", "true", "duration", "1"), NOW_MS));
        for (long atMs : new long[]{NOW_MS + CueForm.AHEAD_LIMIT_MS, NOW_MS - CueForm.BEHIND_LIMIT_MS}) {
            assertThat(CueForm.parse(Map.of("id", "a", "at", Json.time(atMs)), NOW_MS).atMs()).isEqualTo(atMs);
        }
        for (long atMs : new long[]{NOW_MS + CueForm.AHEAD_LIMIT_MS + 1, NOW_MS - CueForm.BEHIND_LIMIT_MS - 1}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> CueForm.parse(Map.of("id", "a", "at", Json.time(atMs)), NOW_MS))
                    .withMessageContaining("24 hours");
        }
    }
}
