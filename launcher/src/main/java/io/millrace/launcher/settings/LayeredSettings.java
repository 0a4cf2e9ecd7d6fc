package io.millrace.launcher.settings;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/** Puts file and environment under the flags of a command line, before it is parsed. */
public final class LayeredSettings {
    private static final String CONFIG_VARIABLE = "MILLRACE_CONFIG";

    private LayeredSettings() {}

    /**
     * Reads the settings file, if one is named, and gives every command its defaults.
     *
     * @throws io.millrace.platform.UserError if the file cannot be read or has an unknown name in it
     */
    public static LayeredDefaults install(CommandLine commands, List<String> arguments,
            Map<String, String> environment) {
        String named = configFile(arguments, environment);
        Set<String> known = SettingNames.all(commands);
        SettingsFile file = named.isBlank() ? SettingsFile.NONE : SettingsFile.read(Path.of(named), known);
        LayeredDefaults defaults = new LayeredDefaults(environment, file, known);
        commands.setDefaultValueProvider(defaults);
        return defaults;
    }

    /** Blank without one. */
    private static String configFile(List<String> arguments, Map<String, String> environment) {
        ConfigFlag flag = new ConfigFlag();
        new CommandLine(flag).setOverwrittenOptionsAllowed(true).parseArgs(arguments.toArray(String[]::new));
        return flag.file != null ? flag.file : environment.getOrDefault(CONFIG_VARIABLE, "");
    }

    /** A first look at the arguments: the file must be known before the others can be parsed. */
    @Command
    private static final class ConfigFlag {
        @Option(names = "--config", arity = "0..1")
        private String file;
        @Unmatched
        private List<String> others;
    }
}
