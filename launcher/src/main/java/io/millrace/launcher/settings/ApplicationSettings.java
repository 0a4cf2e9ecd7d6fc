package io.millrace.launcher.settings;

import io.millrace.platform.UserError;
import io.millrace.platform.access.StreamPattern;
import java.time.Duration;
import java.util.Map;

/**
 * One entry of {@code applications} in the settings file. Immutable.
 *
 * @param pattern the applications that the settings are for
 * @param where place of the entry, such as {@code millrace.yaml, line 3}
 * @param values by name, of {@link EpochSettings#NAMES}; the others are those of the flags
 */
public record ApplicationSettings(StreamPattern pattern, String where, Map<String, Value> values) {
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

    /**
     * Returns the settings, checked.
     *
     * @param flags the values of the flags
     * @param retention how long media is retained
     * @throws UserError if a value is not valid
     */
    EpochSettings settings(EpochSettings flags, Duration retention) {
        EpochSettings settings = flags;
        for (Map.Entry<String, Value> value : values.entrySet()) {
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
