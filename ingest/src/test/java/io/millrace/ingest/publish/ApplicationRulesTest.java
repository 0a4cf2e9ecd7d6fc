package io.millrace.ingest.publish;

import io.millrace.platform.access.StreamPattern;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ApplicationRulesTest {
    private static final int DEFAULT_MS = 2_000;
    private static final ApplicationRules RULES = new ApplicationRules(rules(DEFAULT_MS),
            List.of(application("radio/*", 3_000), application("radio/**", 4_000), application("*", 5_000),
                    application("live", 6_000), application("tv/eu", 7_000)));

    @ParameterizedTest
    @CsvSource({"live/show, 6000", "other/show, 5000", "radio/fm/one, 3000", "radio/fm/eu/one, 4000", "tv/eu/one, 7000",
        "tv/us/one, 2000"})
    void exactNameThenFirstPatternThenDefault(String stream, int segmentMs) {
        assertThat(RULES.of(stream).segmentTargetMs()).isEqualTo(segmentMs);
    }

    @Test
    void longestSegmentIsThatOfAnyApplication() {
        assertThat(RULES.longestSegmentMs()).isEqualTo(7_000);
        assertThat(ApplicationRules.same(rules(DEFAULT_MS)).longestSegmentMs()).isEqualTo(DEFAULT_MS);
    }

    private static ApplicationRules.Application application(String pattern, int segmentMs) {
        return new ApplicationRules.Application(new StreamPattern(pattern), rules(segmentMs));
    }

    private static EpochRules rules(int segmentMs) {
        return new EpochRules(EpochRules.CURRENT_VERSION, segmentMs, 500, 30_000, 30_000, List.of(Format.CMAF));
    }
}
