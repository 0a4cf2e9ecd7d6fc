package io.millrace.launcher.settings;

import io.millrace.platform.log.Format;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** The flags for epochs that begin while the process runs: how they are cut and listed. */
public final class EpochOptions {
    @Option(names = "--segment", paramLabel = "TIME", defaultValue = "2s", description = "Target duration of a segment, 500ms to 60s.")
    private Duration segment;

    @Option(names = "--part", paramLabel = "TIME", defaultValue = "500ms", description = "Longest duration of a part, from 100ms to a segment.")
    private Duration part;

    @Option(names = "--window", paramLabel = "TIME", defaultValue = "30s", description = "Length of a live playlist, at least three segments.")
    private Duration window;

    @Option(names = "--grace", paramLabel = "TIME", defaultValue = "30s", description = "How long a publisher may be away before its stream ends.")
    private Duration grace;

    @Option(names = "--formats", converter = Converters.Formats.class, paramLabel = "FORMAT[,…]", defaultValue = "cmaf,ts", description = "Formats in which media is packaged for HLS: 'cmaf' for every codec, 'ts' for older players, or both.")
    private List<Format> formats;

    /** Returns the values, unchecked. */
    EpochSettings settings() {
        return new EpochSettings(segment, part, window, grace, formats);
    }
}
