package io.millrace.launcher;

import io.millrace.ingest.policy.SigningSecrets;
import io.millrace.launcher.settings.SigningOptions;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Signs the permission to publish one stream for some time. */
@Command(name = "sign", sortOptions = false, description = "Prints a stream's name with a signature, to be put behind rtmp://HOST/.")
final class SignCommand implements Callable<Integer> {
    @Mixin
    private HelpFlag help;
    @Mixin
    private SigningOptions options;
    @Parameters(paramLabel = "NAME", description = "Such as live/show.")
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
        Duration validity = options.expires();
        spec.commandLine().getOut()
                .println(name + secrets(file()).query(stream, Instant.now().plus(validity).getEpochSecond()));
        return ExitCode.OK;
    }

    private Path file() {
        if (options.secretFile() == null) {
            throw new UserError("there is no secret to sign with; name its file with --publish-secret");
        }
        return options.secretFile();
    }

    /** @throws UserError if the file cannot be used */
    static SigningSecrets secrets(Path file) {
        try {
            return SigningSecrets.parse(Files.readString(file));
        } catch (IOException | IllegalArgumentException e) {
            throw new UserError("the secret in " + file + " cannot be used: " + FileFault.reason(e), e);
        }
    }
}
