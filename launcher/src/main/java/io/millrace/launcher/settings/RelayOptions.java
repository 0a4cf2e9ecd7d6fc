package io.millrace.launcher.settings;

import io.millrace.outbound.relay.RelayFile;
import io.millrace.outbound.relay.RelayRule;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The flag that names the relays. They are in a file, because their targets contain stream keys. */
public final class RelayOptions {
    @Option(names = "--relays", paramLabel = "FILE", defaultValue = "none", converter = Converters.FileOrNone.class, description = "Streams to publish to other RTMP servers, see docs/relay.md; the same file on every node that relays.")
    private Path file;

    /**
     * Reads the file.
     *
     * @return the relays; none without a file
     * @throws io.millrace.platform.UserError if the file cannot be read or is not valid
     */
    public List<RelayRule> rules() {
        return file == null ? List.of() : RelayFile.read(file);
    }
}
