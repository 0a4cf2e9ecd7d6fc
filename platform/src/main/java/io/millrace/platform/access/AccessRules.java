package io.millrace.platform.access;

import io.millrace.media.StreamName;
import java.util.List;
import java.util.stream.Stream;

/**
 * Settings that decide who may publish, or who may play, by application. Immutable.
 *
 * @param byDefault the settings of all other applications
 * @param applications in the order of the settings file; {@link StreamPattern#ofApplication} selects
 */
public record AccessRules(AccessSettings byDefault, List<Application> applications) {
    /** Rules that allow everything. */
    public static final AccessRules OPEN = same(AccessSettings.OPEN);

    /** The settings of the applications that match a pattern. */
    public record Application(StreamPattern pattern, AccessSettings settings) {}

    public AccessRules {
        applications = List.copyOf(applications);
    }

    /** Returns rules that are the same for all applications. */
    public static AccessRules same(AccessSettings settings) {
        return new AccessRules(settings, List.of());
    }

    /** Returns the settings for a stream. */
    public AccessSettings of(StreamName stream) {
        return StreamPattern.ofApplication(stream.value(), applications, Application::pattern)
                .map(Application::settings).orElse(byDefault);
    }

    /** Returns whether a key, a signature or a token is needed in any application. */
    public boolean needsKey() {
        return all().anyMatch(AccessSettings::needsKey);
    }

    Stream<AccessSettings> all() {
        return Stream.concat(Stream.of(byDefault), applications.stream().map(Application::settings));
    }
}
