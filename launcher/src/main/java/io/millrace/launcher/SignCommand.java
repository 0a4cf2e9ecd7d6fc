package io.millrace.launcher;

import io.millrace.launcher.settings.Converters;
import io.millrace.media.StreamName;
import io.millrace.platform.FileFault;
import io.millrace.platform.UserError;
import io.millrace.platform.access.PlayToken;
import io.millrace.platform.access.PublishSignature;
import io.millrace.platform.access.SigningSecrets;
import io.millrace.platform.net.PeerNetwork;
import java.io.IOException;
import java.net.InetAddress;
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

/**
 * The command {@code sign}: signs a stream's name. The signature allows publishing or playing the stream for a limited
 * time.
 */
@Command(name = "sign", sortOptions = false, description = "Prints a stream's name with a signature: with --publish-secret for publishing it, to append to rtmp://HOST/; with --play-secret for playing it, to append to http://HOST/ or rtmp://HOST/.")
final class SignCommand implements Callable<Integer> {
    private static final int PREFIX_LIMIT = 9;

    @Mixin
    private HelpFlag help;
    @Option(names = "--publish-secret", paramLabel = "FILE", defaultValue = "none", converter = Converters.FileOrNone.class, description = "File with the secret, the same as on the ingest nodes.")
    private Path publishSecret;
    @Option(names = "--play-secret", paramLabel = "FILE", defaultValue = "none", converter = Converters.FileOrNone.class, description = "File with the secret, the same as on the edges.")
    private Path playSecret;
    @Option(names = "--expires", paramLabel = "TIME", defaultValue = "24h", description = "How long a publish may be started with the signature, or streams be played.")
    private Duration expires;
    @Option(names = "--address", paramLabel = "ADDRESS", description = "Only with --play-secret: the viewer's address, to which the signature is bound (IPv6: its /64).")
    private String address;
    @Option(names = "--prefix", description = "Only with --play-secret: NAME is the beginning of the names of streams, such as live. Prints only the query.")
    private boolean prefix;
    @Parameters(paramLabel = "NAME", description = "A stream, such as live/show.")
    private String name;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        // A prefix is valid if a stream below it is.
        Optional<String> problem = StreamName.problem(prefix ? name + "/stream" : name);
        if (problem.isPresent()) {
            throw new UserError("'" + name + "' cannot be signed: " + problem.get());
        }
        if (!expires.isPositive()) {
            throw new ParameterException(spec.commandLine(), "--expires must be more than 0s");
        }
        if (isSet("--play-secret") && isSet("--publish-secret")) {
            throw new ParameterException(spec.commandLine(),
                    "--publish-secret and --play-secret exclude each other; a signature is for one of the two");
        }
        boolean plays = isSet("--play-secret") || prefix || address != null
                || publishSecret == null && playSecret != null;
        if ((plays ? playSecret : publishSecret) == null) {
            throw new UserError("there is no secret to sign with; name its file with "
                    + (plays ? "--play-secret" : "--publish-secret, or with --play-secret"));
        }
        long expiresS = Instant.now().plus(expires).getEpochSecond();
        spec.commandLine().getOut().println(plays
                ? (prefix ? "" : name) + "?token="
                        + PlayToken.create(secrets(playSecret), name, prefix, expiresS, address())
                : name + PublishSignature.query(secrets(publishSecret), new StreamName(name), expiresS));
        return ExitCode.OK;
    }

    /** Returns whether a flag is on the command line; the other sources configure the servers of this machine. */
    private boolean isSet(String flag) {
        return spec.commandLine().getParseResult().hasMatchedOption(flag);
    }

    private InetAddress address() {
        if (prefix && name.split("/").length > PREFIX_LIMIT) {
            throw new UserError("a prefix has at most " + PREFIX_LIMIT + " segments");
        }
        return address == null
                ? null
                : PeerNetwork.address(address).orElseThrow(
                        () -> new ParameterException(spec.commandLine(), "'" + address + "' is not an address"));
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
