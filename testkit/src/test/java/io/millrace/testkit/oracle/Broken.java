package io.millrace.testkit.oracle;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A history whose last fact breaks a promise.
 *
 * @param name what is wrong, in words
 */
record Broken(String name, Promise promise, List<Fact> facts) {
    /** Returns the facts in order; each part is a fact, or a list of them. */
    static List<Fact> history(Object... parts) {
        List<Fact> facts = new ArrayList<>();
        for (Object part : parts) {
            if (part instanceof Fact fact) {
                facts.add(fact);
            } else {
                ((List<?>) part).forEach(each -> facts.add((Fact) each));
            }
        }
        return facts;
    }

    /** Asserts that {@code oracle} finds the promise broken at the last fact, and none before. */
    void assertReportedBy(Oracle oracle) {
        facts.subList(0, facts.size() - 1).forEach(oracle::watch);
        assertThat(oracle.violation()).as("before the last fact").isEmpty();
        oracle.watch(facts.getLast());
        assertThat(oracle.violation()).map(Violation::promise).contains(promise);
    }

    @Override
    public String toString() {
        return name;
    }
}
