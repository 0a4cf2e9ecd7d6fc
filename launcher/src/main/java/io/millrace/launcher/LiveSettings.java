package io.millrace.launcher;

import io.millrace.ingest.publish.ApplicationRules;
import io.millrace.launcher.settings.LayeredDefaults;
import io.millrace.launcher.settings.LoggingOptions;
import io.millrace.platform.UserError;
import io.millrace.platform.WatchedFiles;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * The settings that change while a process serves, when its settings file does: the log level, and the rules of epochs
 * that begin later. Other changes are named in the log and need a restart. A file that is not valid changes nothing.
 * Thread-safe.
 */
final class LiveSettings implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveSettings.class);
    private static final Set<String> OF_EPOCHS = Set.of("segment", "part", "window", "grace", "formats");
    private static final String APPLICATIONS = "applications.";

    /** Null without a settings file. */
    private final WatchedFiles<Current> file;
    /** What applies now; replaced on the thread that watches the file. */
    private volatile Current current;

    /**
     * What was read.
     *
     * @param values the texts of all settings by name
     */
    private record Current(Map<String, String> values, LoggingOptions.Level level, ApplicationRules rules) {}

    /** Creates the settings of a process without a settings file, which do not change. */
    private LiveSettings(ApplicationRules rules) {
        current = new Current(Map.of(), null, rules);
        file = null;
    }

    private LiveSettings(LayeredDefaults defaults) {
        file = WatchedFiles.open("the settings", List.of(defaults.file().orElseThrow()), _ -> read(defaults));
    }

    /**
     * Returns the settings of a process, and watches its settings file if there is one.
     *
     * @param defaults of the command that serves
     * @param rules those of the command, which are checked
     */
    static LiveSettings open(LayeredDefaults defaults, ApplicationRules rules) {
        return defaults.file().isEmpty() ? new LiveSettings(rules) : new LiveSettings(defaults);
    }

    /** Returns the rules of epochs that begin now. */
    ApplicationRules rules() {
        return current.rules();
    }

    /** Checks the file now, in addition to the periodic checks. */
    void reloadIfChanged() {
        file.reloadIfChanged();
    }

    private Current read(LayeredDefaults defaults) {
        try {
            var commands = CommandLines.all();
            ParseResult parsed = defaults.again(commands).subcommand();
            ServeCommand command = (ServeCommand) parsed.commandSpec().userObject();
            command.options().check();
            var again = (LayeredDefaults) commands.getDefaultValueProvider();
            var next = new Current(again.values(parsed), command.logOptions().level(), command.options().rules());
            apply(next);
            return next;
        } catch (UserError | ParameterException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private void apply(Current next) {
        Current before = current;
        current = next;
        if (before == null) {
            return;
        }
        Set<String> changed = new TreeSet<>(before.values().keySet());
        changed.addAll(next.values().keySet());
        changed.removeIf(name -> next.values().getOrDefault(name, "").equals(before.values().getOrDefault(name, "")));
        if (changed.remove("log-level")) {
            Logging.setLevel(next.level());
            LOG.info("the log level is {} now", next.level().name().toLowerCase(Locale.ROOT));
        }
        if (changed.removeIf(LiveSettings::isOfEpochs)) {
            LOG.info("epochs that begin from now on have the changed settings");
        }
        if (!changed.isEmpty()) {
            LOG.warn("restart this process to apply the changed settings {}", String.join(", ", changed));
        }
    }

    private static boolean isOfEpochs(String name) {
        return OF_EPOCHS.contains(name) || name.startsWith(APPLICATIONS);
    }

    @Override
    public void close() {
        if (file != null) {
            file.close();
        }
    }
}
