package io.millrace.tools.export;

import io.millrace.platform.timeline.Tracks;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** The file formats of an export. */
public enum ExportFormat {
    FLV(FlvOutput::new), MP4((file, _) -> new Mp4Output(file)), TS(TsOutput::new),
    /** Fragmented MP4. Its files end in .mp4 too, so no extension selects it. */
    CMAF(CmafOutput::new);

    private final BiFunction<PartFile, Tracks, MediaOutput> output;

    ExportFormat(BiFunction<PartFile, Tracks, MediaOutput> output) {
        this.output = output;
    }

    /** Returns the format that the extension of the file name selects; empty for any other extension. */
    public static Optional<ExportFormat> of(Path file) {
        String name = file.getFileName() == null ? "" : file.getFileName().toString().toLowerCase(Locale.ROOT);
        return Stream.of(FLV, MP4, TS).filter(format -> name.endsWith('.' + format.extension())).findFirst();
    }

    /** Returns the extension of the format's files, without the dot. */
    String extension() {
        return this == CMAF ? MP4.extension() : name().toLowerCase(Locale.ROOT);
    }

    /** Returns the name of the format in messages. */
    String label() {
        return this == TS ? "MPEG-TS" : name();
    }

    /** @param tracks the tracks at the start of the range */
    MediaOutput output(PartFile file, Tracks tracks) {
        return output.apply(file, tracks);
    }
}
