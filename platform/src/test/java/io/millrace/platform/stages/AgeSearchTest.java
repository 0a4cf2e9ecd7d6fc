package io.millrace.platform.stages;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class AgeSearchTest {
    private static int questions(AgeSearch search, long ageMs) {
        int questions = 0;
        while (!search.isOver()) {
            search.answer(ageMs >= search.questionMs());
            questions++;
        }
        return questions;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 99, 100, 101, 999, 1_000, 1_001, 4_321, 60_000, 3_600_000, 86_400_000})
    void findsAgeToAnEighth(long ageMs) {
        var search = new AgeSearch();
        assertThat(questions(search, ageMs)).isLessThanOrEqualTo(24);
        assertThat(search.ageMs()).isLessThanOrEqualTo(ageMs)
                .isGreaterThanOrEqualTo(ageMs - Math.max(AgeSearch.PRECISION_MS, ageMs / 8));
    }

    /** A group that keeps up costs few questions, because it is asked about every second. */
    @Test
    void asksFiveTimesAboutYoungRecords() {
        assertThat(questions(new AgeSearch(), 700)).isLessThanOrEqualTo(5);
    }

    @Test
    void endsForRecordsOfAnyAge() {
        var search = new AgeSearch();
        questions(search, Long.MAX_VALUE);
        assertThat(search.ageMs()).isGreaterThanOrEqualTo(AgeSearch.LIMIT_MS);
    }
}
