package io.millrace.ingest.publish;

import io.millrace.platform.access.StreamPattern;
import io.millrace.platform.log.EpochRules;
import java.util.List;
import java.util.stream.Stream;

/**
 * The rules of new epochs by application, the part of a stream's name before the last slash. As with the locations of
 * nginx, the exact name of an application takes precedence, then the first pattern that matches. Immutable.
 *
 * @param byDefault the rules of all other applications
 * @param applications in the order of the settings file
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
        String application = stream.substring(0, stream.lastIndexOf('/'));
        List<Application> matching = applications.stream().filter(each -> each.pattern().matches(application))
                .toList();
        return Stream.concat(matching.stream().filter(each -> each.pattern().isExact()), matching.stream()).findFirst()
                .map(Application::rules).orElse(byDefault);
    }

    /** Returns the longest target duration of a segment of any application, in ms. */
    public int longestSegmentMs() {
        return applications.stream().mapToInt(each -> each.rules().segmentTargetMs())
                .reduce(byDefault.segmentTargetMs(), Math::max);
    }
}
