package io.millrace.launcher;

import picocli.CommandLine.Option;

/** The flag {@code --help} of every command. */
final class HelpFlag {
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Prints this help and exits.")
    private boolean help;
}
