package io.millrace.launcher.settings;

import io.millrace.platform.UserError;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.access.StreamPattern;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One entry of {@code applications} in the settings file. Immutable.
 *
 * @param pattern the applications that the settings are for
 * @param where place of the entry, such as {@code millrace.yaml, line 3}
 * @param values by name, of {@link #NAMES}; the others are those of the flags
 */
public record ApplicationSettings(StreamPattern pattern, String where, Map<String, Value> values) {
    private static final String PUBLISH = "publish-";
    private static final String PLAY = "play-";
    /** The names of the settings that an application may have. */
    static final Set<String> NAMES = Stream.of(EpochSettings.NAMES.stream(),
            AccessValues.NAMES.stream().map(PUBLISH::concat), AccessValues.NAMES.stream().map(PLAY::concat))
            .flatMap(names -> names).collect(Collectors.toUnmodifiableSet());

    /**
     * A value in the file.
     *
     * @param text the value as written
     * @param where its place, such as {@code millrace.yaml, line 3}
     */
    public record Value(String text, String where) {}

    /** Returns the name of a setting for messages, such as {@code applications.live.segment}. */
    public String named(String name) {
        return SettingsFile.APPLICATIONS + "." + pattern.text() + "." + name;
    }

    /** Returns the text of a value for display, without secrets. */
    public String shown(String name) {
        String text = values.get(name).text();
        return name.startsWith(PUBLISH)
                ? AccessValues.shown(name.substring(PUBLISH.length()), text)
                : name.startsWith(PLAY) ? AccessValues.shown(name.substring(PLAY.length()), text) : text;
    }

    /**
     * Returns who may publish, checked.
     *
     * @param flags the values of the flags
     * @throws UserError if a value is not valid
     */
    AccessSettings publish(AccessValues flags) {
        return access(PUBLISH, flags);
    }

    /** Like {@link #publish}, for those who may play. */
    AccessSettings play(AccessValues flags) {
        return access(PLAY, flags);
    }

    private AccessSettings access(String prefix, AccessValues flags) {
        AccessValues access = flags;
        for (Map.Entry<String, Value> value : values.entrySet()) {
            if (value.getKey().startsWith(prefix)) {
                try {
                    access = access.with(value.getKey().substring(prefix.length()), value.getValue().text());
                    access.check("it");
                } catch (IllegalArgumentException e) {
                    throw new UserError(
                            value.getValue().where() + ": " + named(value.getKey()) + ": " + e.getMessage(), e);
                }
            }
        }
        return access.settings();
    }

    /**
     * Returns the settings of epochs, checked.
     *
     * @param flags the values of the flags
     * @param retention how long media is retained
     * @throws UserError if a value is not valid
     */
    EpochSettings settings(EpochSettings flags, Duration retention) {
        EpochSettings settings = flags;
        for (Map.Entry<String, Value> value : values.entrySet()) {
            if (!EpochSettings.NAMES.contains(value.getKey())) {
                continue;
            }
            try {
                settings = settings.with(value.getKey(), value.getValue().text());
            } catch (IllegalArgumentException e) {
                throw new UserError(value.getValue().where() + ": " + named(value.getKey()) + ": " + e.getMessage(), e);
            }
        }
        try {
            settings.check(name -> values.containsKey(name) ? named(name) : "--" + name, retention);
        } catch (IllegalArgumentException e) {
            throw new UserError(where + ": " + e.getMessage(), e);
        }
        return settings;
    }
}
