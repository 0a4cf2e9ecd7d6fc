package io.millrace.launcher.settings;

import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The flags of {@code sign}: the secret that the serving commands have, too, and a time. */
public final class SigningOptions {
    @Option(names = "--publish-secret", paramLabel = "FILE", defaultValue = "none", converter = Converters.FileOrNone.class, description = "File of the secret, the same as that of the ingest nodes.")
    private Path secretFile;

    @Option(names = "--expires", paramLabel = "TIME", defaultValue = "24h", converter = Converters.Time.class, description = "How long the signature is good to begin a publish.")
    private Duration expires;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** Null without one. */
    public Path secretFile() {
        return secretFile;
    }

    public Duration expires() {
        if (!expires.isPositive()) {
            throw new ParameterException(command.commandLine(), "--expires must be more than nothing");
        }
        return expires;
    }
}
