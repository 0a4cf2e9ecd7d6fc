package io.millrace.tools.export;

import io.millrace.platform.timeline.Tracks;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** The file formats of an export, selected by the extension of the file name. */
public enum ExportFormat {
    FLV(FlvOutput::new), MP4((file, _) -> new Mp4Output(file)), TS(TsOutput::new);

    private final BiFunction<PartFile, Tracks, MediaOutput> output;

    ExportFormat(BiFunction<PartFile, Tracks, MediaOutput> output) {
        this.output = output;
    }

    /** Returns empty for any other extension. */
    public static Optional<ExportFormat> of(Path file) {
        String name = file.getFileName() == null ? "" : file.getFileName().toString().toLowerCase(Locale.ROOT);
        return Stream.of(values()).filter(format -> name.endsWith('.' + format.extension())).findFirst();
    }

    String extension() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @param tracks the tracks at the start of the range */
    MediaOutput output(PartFile file, Tracks tracks) {
        return output.apply(file, tracks);
    }
}
