package io.millrace.launcher.settings;

import io.millrace.platform.rtmp.ServerTrust;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The flag that selects which server certificates a command accepts when it publishes over RTMPS. */
public final class TrustOptions {
    @Option(names = "--tls-ca", paramLabel = "FILE", defaultValue = "none", converter = Converters.FileOrNone.class, description = "Certificates (PEM) to trust for RTMPS servers, instead of Java's.")
    private Path authorities;

    /** @throws io.millrace.platform.UserError if the certificates cannot be read or are not valid */
    public ServerTrust trust() {
        return authorities == null ? ServerTrust.SYSTEM : ServerTrust.of(authorities);
    }
}
