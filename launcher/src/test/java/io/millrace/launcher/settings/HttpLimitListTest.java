package io.millrace.launcher.settings;

import io.millrace.edge.http.HttpLimits;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class HttpLimitListTest {
    @Test
    void unnamedLimitsKeepDefaults() {
        assertThat(HttpLimitList.parse(LimitList.DEFAULT)).isEqualTo(HttpLimits.DEFAULT);
    }

    @Test
    void eachNameSetsItsOwnLimit() {
        assertThat(HttpLimitList
                .parse("""
                        headers=1s,idle=2s,blocked=3s,connections=4,per-address=5,request-line=6KB,request-headers=7KB,header-count=8"""))
                .isEqualTo(new HttpLimits(Duration.ofSeconds(1), Duration.ofSeconds(2),
                        Duration.ofSeconds(3), 4, 5, 6_000, 7_000, 8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "header=3s | 'header' is not a limit of HTTP connections; did you mean 'headers'?",
        "idle=0s | idle=0s is not between 1s and 10m", "request-line=255B | request-line=255B is not between",
        "request-headers=2MiB | is not between 256B and 1MiB", "connections=0 | is not a whole number"})
    void rejectsInvalidLimits(String text, String complaint) {
        assertThatIllegalArgumentException().isThrownBy(() -> HttpLimitList.parse(text))
                .withMessageContaining(complaint);
    }

    @Test
    void limitsAreThoseOfReference() throws IOException {
        assertThat(DocumentedLimits.between("### HTTP limits", "## Sizes")).isEqualTo(HttpLimitList.defaults());
    }
}
