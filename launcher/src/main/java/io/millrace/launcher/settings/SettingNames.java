package io.millrace.launcher.settings;

import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The names of settings: a flag's longest name without its dashes. */
public final class SettingNames {
    /** The flag that names the file; it cannot stand in the file itself. */
    public static final String CONFIG = "config";

    /** What one run of a command is to do. A file that says {@code force: true} would be a trap. */
    private static final Set<String> OF_ONE_RUN = Set.of(CONFIG, "loop", "from", "to", "force", "json");

    private SettingNames() {}

    /** Flags that do something else than set a value are no settings: {@code --help}, {@code --version}. */
    public static boolean isSetting(OptionSpec option) {
        return !option.usageHelp() && !option.versionHelp() && !OF_ONE_RUN.contains(of(option));
    }

    public static String of(OptionSpec option) {
        return option.longestName().replaceFirst("^-+", "");
    }

    /** The settings of a command and of all commands below it, sorted. */
    public static Set<String> all(CommandLine command) {
        Set<String> names = new TreeSet<>();
        command.getCommandSpec().options().stream().filter(SettingNames::isSetting).map(SettingNames::of)
                .forEach(names::add);
        command.getSubcommands().values().forEach(each -> names.addAll(all(each)));
        return names;
    }
}
