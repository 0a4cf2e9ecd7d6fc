package io.millrace.launcher;

import io.millrace.platform.access.SigningSecrets;
import io.millrace.launcher.settings.Converters;
import io.millrace.media.StreamName;
import io.millrace.platform.FileFault;
import io.millrace.platform.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code sign}: signs a stream's name. The signature allows publishing the stream for a limited time. */
@Command(name = "sign", sortOptions = false, description = "Prints a stream's name with a signature that allows publishing it, to append to rtmp://HOST/.")
final class SignCommand implements Callable<Integer> {
    @Mixin
    private HelpFlag help;
    @Option(names = "--publish-secret", paramLabel = "FILE", defaultValue = "none", converter = Converters.FileOrNone.class, description = "File with the secret, the same as on the ingest nodes.")
    private Path secretFile;
    @Option(names = "--expires", paramLabel = "TIME", defaultValue = "24h", description = "How long a publish may be started with the signature.")
    private Duration expires;
    @Parameters(paramLabel = "NAME", description = "A stream, such as live/show.")
    private String name;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Optional<String> problem = StreamName.problem(name);
        if (problem.isPresent()) {
            throw new UserError("'" + name + "' cannot be signed: " + problem.get());
        }
        StreamName stream = new StreamName(name);
        if (!expires.isPositive()) {
            throw new ParameterException(spec.commandLine(), "--expires must be more than 0s");
        }
        if (secretFile == null) {
            throw new UserError("there is no secret to sign with; name its file with --publish-secret");
        }
        spec.commandLine().getOut()
                .println(name + secrets(secretFile).query(stream, Instant.now().plus(expires).getEpochSecond()));
        return ExitCode.OK;
    }

    /**
     * Reads the signing secrets from {@code file}.
     *
     * @throws UserError if the file cannot be read or is not valid
     */
    static SigningSecrets secrets(Path file) {
        try {
            return SigningSecrets.parse(Files.readString(file));
        } catch (IOException | IllegalArgumentException e) {
            throw new UserError("the secret in " + file + " cannot be used: " + FileFault.reason(e), e);
        }
    }
}
