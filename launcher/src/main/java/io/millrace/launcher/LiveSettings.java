package io.millrace.launcher;

import io.millrace.ingest.publish.ApplicationRules;
import io.millrace.launcher.settings.LayeredDefaults;
import io.millrace.launcher.settings.LoggingOptions;
import io.millrace.launcher.settings.Setting;
import io.millrace.platform.UserError;
import io.millrace.platform.WatchedFiles;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * The settings that change while a process serves, when its settings file does: the log level, limits, and the rules of
 * epochs that begin later. The log has each change; others need a restart. A file that is not valid changes nothing.
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
    /** Receive the limits when they change; guarded by this object. */
    private final List<Consumer<LiveLimits>> followers = new ArrayList<>();

    /**
     * The settings as last read.
     *
     * @param values the texts of all settings by name, with their secrets
     * @param shown the same without secrets
     */
    private record Current(Map<String, String> values, List<Setting> shown, LoggingOptions.Level level,
            ApplicationRules rules, LiveLimits limits) {
        /** Returns the text of a setting for the log. */
        String shown(String name) {
            return shown.stream().filter(setting -> setting.name().equals(name)).map(Setting::value).findFirst()
                    .orElse("not set");
        }
    }

    /** Creates the settings of a process without a settings file, which do not change. */
    private LiveSettings(List<Setting> started, ApplicationRules rules, LiveLimits limits) {
        this.started = started;
        current = new Current(Map.of(), started, null, rules, limits);
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
        return defaults.file().isEmpty()
                ? new LiveSettings(started, rules, LiveLimits.of(((ServeCommand) command.userObject()).options()))
                : new LiveSettings(started, defaults);
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

    /** Passes the limits that apply now, and later ones when they change, on the thread that reads the file. */
    synchronized void follow(Consumer<LiveLimits> follower) {
        followers.add(follower);
        follower.accept(current.limits());
    }

    /** Checks the file now, in addition to the periodic checks. */
    void reloadIfChanged() {
        file.reloadIfChanged();
    }

    /** Reads the file because the operator asks for it by SIGHUP, who gets an answer in the log in any case. */
    void hangup() {
        if (file == null) {
            LOG.info("SIGHUP: there is no settings file to read again; name one with --config");
        } else if (!file.reload()) {
            LOG.info("SIGHUP: the settings in force have not changed");
        }
    }

    private Current read(LayeredDefaults defaults) {
        try {
            var commands = CommandLines.all();
            ParseResult parsed = defaults.again(commands).subcommand();
            ServeCommand command = (ServeCommand) parsed.commandSpec().userObject();
            command.options().check();
            var again = (LayeredDefaults) commands.getDefaultValueProvider();
            var next = new Current(again.values(parsed), Setting.all(parsed.commandSpec()),
                    command.logOptions().level(), command.options().rules(), LiveLimits.of(command.options()));
            apply(next);
            return next;
        } catch (UserError | ParameterException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private synchronized void apply(Current next) {
        Current before = current;
        current = next;
        if (before == null) {
            return;
        }
        Set<String> changed = new TreeSet<>(before.values().keySet());
        changed.addAll(next.values().keySet());
        changed.removeIf(name -> next.values().getOrDefault(name, "").equals(before.values().getOrDefault(name, "")));
        boolean isLessVerbose = next.level().compareTo(before.level()) < 0;
        if (!isLessVerbose) {
            Logging.setLevel(next.level());
        }
        changed.forEach(name -> log(name, before.shown(name), next.shown(name)));
        if (isLessVerbose) {
            Logging.setLevel(next.level());
        }
        if (!next.limits().equals(before.limits())) {
            followers.forEach(follower -> follower.accept(next.limits()));
        }
    }

    /** @param was equal to {@code is} if only a secret part has changed */
    private static void log(String name, String was, String is) {
        if (name.equals(LOG_LEVEL)) {
            LOG.info("{} is {} now, was {}", name, is, was);
        } else if (isLive(name)) {
            LOG.info("{} is {}, was {}; this applies to {} that begin from now on", name, is, was,
                    isOfEpochs(name) ? "epochs" : "connections");
        } else {
            LOG.warn("{} is {} in the settings file, was {}; restart this process to apply it", name, is, was);
        }
    }

    private static boolean isLive(String name) {
        return name.equals(LOG_LEVEL) || LiveLimits.NAMES.contains(name) || isOfEpochs(name);
    }

    private static boolean isOfEpochs(String name) {
        return OF_EPOCHS.contains(name.startsWith(APPLICATIONS) ? name.substring(name.lastIndexOf('.') + 1) : name);
    }

    @Override
    public void close() {
        if (file != null) {
            file.close();
        }
    }
}
