package io.millrace.launcher;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Renders the {@code --help} of a serving command, with the flags grouped under the headings of {@link FlagGroup}. */
final class GroupedHelp {
    private GroupedHelp() {}

    /** Makes {@code command} print its flags in groups. */
    static void install(CommandLine command, Serving serving) {
        command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, help -> render(help, serving));
    }

    private static String render(Help help, Serving serving) {
        StringBuilder text = new StringBuilder();
        for (FlagGroup group : FlagGroup.values()) {
            List<OptionSpec> flags = group.shownFor(serving).stream().map(name -> help.commandSpec().findOption(name))
                    .toList();
            if (!flags.isEmpty()) {
                Help.Layout layout = help.createDefaultLayout(flags, List.of(), help.colorScheme());
                layout.addAllOptions(flags, help.parameterLabelRenderer());
                text.append(String.format("%n%s%n", help.colorScheme().text("@|bold " + group.heading() + "|@")))
                        .append(layout);
            }
        }
        return text.append(
                String.format("%nEvery serving command accepts the flags of all stages; '%s config' lists them.%n",
                        help.commandSpec().root().name()))
                .toString();
    }
}
