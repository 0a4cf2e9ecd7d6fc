package io.millrace.launcher;

import picocli.CommandLine.Command;

/** The command itself, which does nothing without a command of its own. */
@Command(name = "millrace", synopsisSubcommandLabel = "COMMAND", mixinStandardHelpOptions = true, versionProvider = Version.class, optionListHeading = "%nFlags:%n", commandListHeading = "%nCommands:%n", description = "A live-streaming server whose heart is a Kafka log.", footer = "%n'millrace COMMAND --help' lists the flags of a command.")
final class Millrace {}
