package io.millrace.platform.log;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class CueTest {
    private static CueRequest request(String name, long durationMs, List<Cue.Attribute> attributes) {
        return new CueRequest(name, false, Cue.UNKNOWN, durationMs, Cue.UNKNOWN, attributes, 0);
    }

    @ParameterizedTest
    @CsvSource({"CLASS,com.example.ad", "X-COM-EXAMPLE-1,é ☕", "X-A,''", "SCTE35-OUT,0xFC30", "SCTE35-IN,0Xfc",
        "SCTE35-CMD,0x00"})
    void acceptsAttributes(String name, String value) {
        assertThat(new Cue.Attribute(name, value).value()).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({"ID,a", "START-DATE,a", "DURATION,5", "x-a,b", "X-,b", "X-A_B,b", "SCTE35-FOO,0x00", "SCTE35-OUT,FC30",
        "SCTE35-OUT,0x", "SCTE35-OUT,0xFC3", "X-A,'say \"x\"'", "X-A,'a\nb'", "X-A,'a\u202eb'"})
    void rejectsAttributes(String name, String value) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Cue.Attribute(name, value));
    }

    @Test
    void limitsAttributes() {
        String longest = "X-" + "A".repeat(Cue.Attribute.NAME_LIMIT - 2);
        assertThat(new Cue.Attribute(longest, "").name()).isEqualTo(longest);
        assertThatIllegalArgumentException().isThrownBy(() -> new Cue.Attribute(longest + "A", ""));

        List<Cue.Attribute> most = new ArrayList<>();
        for (int i = 0; i < Cue.ATTRIBUTES_LIMIT; i++) {
            most.add(new Cue.Attribute("X-" + i, ""));
        }
        assertThat(request("a", 0, most).attributes()).isEqualTo(most);
        most.add(new Cue.Attribute("X-MORE", ""));
        assertThatIllegalArgumentException().isThrownBy(() -> request("a", 0, most))
                .withMessageContaining("at most 16");

        String text = "v".repeat(Cue.ATTRIBUTE_CHARS_LIMIT - "X-A".length());
        assertThat(request("a", 0, List.of(new Cue.Attribute("X-A", text))).attributes()).hasSize(1);
        assertThatIllegalArgumentException().isThrownBy(
                () -> request("a", 0, List.of(new Cue.Attribute("X-A", text + "v"))));
        assertThatIllegalArgumentException().isThrownBy(() -> request("a", 0,
                List.of(new Cue.Attribute("X-A", "1"), new Cue.Attribute("X-A", "2"))))
                .withMessageContaining("repeated");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a@1", "é", "a\"b"})
    void rejectsNames(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> request(name, 0, List.of()));
    }

    @Test
    void limitsNamesAndDurations() {
        String longest = "n".repeat(CueRequest.NAME_LIMIT);
        assertThat(request(longest, CueRequest.DURATION_LIMIT_MS, List.of()).name()).isEqualTo(longest);
        assertThatIllegalArgumentException().isThrownBy(() -> request(longest + "n", 0, List.of()));
        assertThatIllegalArgumentException().isThrownBy(
                () -> request("a", CueRequest.DURATION_LIMIT_MS + 1, List.of())).withMessageContaining("86400");
        assertThatIllegalArgumentException().isThrownBy(() -> request("a", -2, List.of()));
    }
}
