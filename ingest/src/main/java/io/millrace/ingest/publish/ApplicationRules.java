package io.millrace.ingest.publish;

import io.millrace.platform.access.StreamPattern;
import io.millrace.platform.log.EpochRules;
import java.util.List;

/**
 * The rules of new epochs by application. Immutable.
 *
 * @param byDefault the rules of all other applications
 * @param applications in the order of the settings file; {@link StreamPattern#ofApplication} selects
 */
public record ApplicationRules(EpochRules byDefault, List<Application> applications) {
    /** The rules of the applications that match a pattern. */
    public record Application(StreamPattern pattern, EpochRules rules) {}

    public ApplicationRules {
        applications = List.copyOf(applications);
    }

    /** Returns rules that are the same for all applications. */
    public static ApplicationRules same(EpochRules rules) {
        return new ApplicationRules(rules, List.of());
    }

    /** Returns the rules of epochs of {@code stream} that begin now. */
    EpochRules of(String stream) {
        return StreamPattern.ofApplication(stream, applications, Application::pattern).map(Application::rules)
                .orElse(byDefault);
    }

    /** Returns the longest target duration of a segment of any application, in ms. */
    public int longestSegmentMs() {
        return applications.stream().mapToInt(each -> each.rules().segmentTargetMs())
                .reduce(byDefault.segmentTargetMs(), Math::max);
    }
}
