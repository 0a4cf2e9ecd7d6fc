package io.millrace.launcher.settings;

import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The names of settings. A setting has the longest name of its flag, without the dashes. */
public final class SettingNames {
    /** The flag that names the settings file. It is not allowed in the file. */
    public static final String CONFIG = "config";

    /** Flags that apply to one run of a command. In a settings file, {@code force: true} would be a trap. */
    private static final Set<String> OF_ONE_RUN = Set.of(CONFIG, "loop", "from", "to", "force", "json", "address",
            "prefix", "epoch", "reason", "undo");

    private SettingNames() {}

    /** Returns whether a flag is a setting. Flags of one run, {@code --help} and {@code --version} are not. */
    public static boolean isSetting(OptionSpec option) {
        return !option.usageHelp() && !option.versionHelp() && !OF_ONE_RUN.contains(of(option));
    }

    /** Returns the name of a flag's setting. */
    public static String of(OptionSpec option) {
        return option.longestName().replaceFirst("^-+", "");
    }

    /** Returns the names of the settings of a command and its subcommands, sorted. */
    public static Set<String> all(CommandLine command) {
        Set<String> names = new TreeSet<>();
        command.getCommandSpec().options().stream().filter(SettingNames::isSetting).map(SettingNames::of)
                .forEach(names::add);
        command.getSubcommands().values().forEach(each -> names.addAll(all(each)));
        return names;
    }
}
