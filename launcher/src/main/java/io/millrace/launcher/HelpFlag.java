package io.millrace.launcher;

import picocli.CommandLine.Option;

/** The flag that every command has. */
final class HelpFlag {
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Prints this and ends.")
    private boolean help;
}
