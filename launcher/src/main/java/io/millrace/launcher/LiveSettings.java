package io.millrace.launcher;

import io.millrace.ingest.publish.ApplicationRules;
import io.millrace.launcher.settings.LayeredDefaults;
import io.millrace.launcher.settings.LoggingOptions;
import io.millrace.launcher.settings.Setting;
import io.millrace.platform.UserError;
import io.millrace.platform.WatchedFiles;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.CommandSpec;
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
    private static final String LOG_LEVEL = "log-level";

    /** Null without a settings file. */
    private final WatchedFiles<Current> file;
    /** All settings when the process started. */
    private final List<Setting> started;
    /** The settings in force; replaced on the thread that watches the file. */
    private volatile Current current;

    /**
     * The settings as last read.
     *
     * @param values the texts of all settings by name, with their secrets
     * @param shown the same without secrets
     */
    private record Current(Map<String, String> values, List<Setting> shown, LoggingOptions.Level level,
            ApplicationRules rules) {}

    /** Creates the settings of a process without a settings file, which do not change. */
    private LiveSettings(List<Setting> started, ApplicationRules rules) {
        this.started = started;
        current = new Current(Map.of(), started, null, rules);
        file = null;
    }

    private LiveSettings(List<Setting> started, LayeredDefaults defaults) {
        this.started = started;
        file = WatchedFiles.open("the settings", List.of(defaults.file().orElseThrow()), _ -> read(defaults));
    }

    /**
     * Returns the settings of a process, and watches its settings file if there is one.
     *
     * @param command the command that serves, parsed
     * @param rules those of the command, which are checked
     */
    static LiveSettings open(CommandSpec command, ApplicationRules rules) {
        LayeredDefaults defaults = (LayeredDefaults) command.defaultValueProvider();
        List<Setting> started = Setting.all(command);
        return defaults.file().isEmpty() ? new LiveSettings(started, rules) : new LiveSettings(started, defaults);
    }

    /**
     * Returns the settings that apply now, by name, without secrets: a setting that needs a restart has the value with
     * which the process started.
     */
    List<Setting> inForce() {
        return Stream.concat(started.stream().filter(setting -> !isLive(setting.name())),
                current.shown().stream().filter(setting -> isLive(setting.name())))
                .sorted(Comparator.comparing(Setting::name)).toList();
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
            var next = new Current(again.values(parsed), Setting.all(parsed.commandSpec()),
                    command.logOptions().level(), command.options().rules());
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
        if (changed.remove(LOG_LEVEL)) {
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

    private static boolean isLive(String name) {
        return name.equals(LOG_LEVEL) || isOfEpochs(name);
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
