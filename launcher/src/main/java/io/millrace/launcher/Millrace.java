package io.millrace.launcher;

import picocli.CommandLine.Command;

/** The root command {@code millrace}. It only has subcommands. */
@Command(name = "millrace", synopsisSubcommandLabel = "COMMAND", mixinStandardHelpOptions = true, versionProvider = Version.class, optionListHeading = "%nFlags:%n", commandListHeading = "%nCommands:%n", description = "A live-streaming server built on a Kafka log.", footer = "%n'millrace COMMAND --help' lists the flags of a command.")
final class Millrace {}
