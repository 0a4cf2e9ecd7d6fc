package io.millrace.launcher.settings;

import io.millrace.platform.rtmp.ServerTrust;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Whose certificates a command that publishes by RTMPS accepts. */
public final class TrustOptions {
    @Option(names = "--tls-ca", paramLabel = "FILE", defaultValue = "none", converter = Converters.FileOrNone.class, description = "Certificates (PEM) by which a server of RTMPS is trusted, instead of those that Java knows.")
    private Path authorities;

    /** @throws io.millrace.platform.UserError if the file of certificates cannot be used */
    public ServerTrust trust() {
        return authorities == null ? ServerTrust.SYSTEM : ServerTrust.of(authorities);
    }
}
