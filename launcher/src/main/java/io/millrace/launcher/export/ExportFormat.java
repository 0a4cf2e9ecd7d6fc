package io.millrace.launcher.export;

import io.millrace.edge.live.Tracks;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** What an export can be, by the end of the file's name. */
public enum ExportFormat {
    FLV(FlvOutput::new), MP4((file, _) -> new Mp4Output(file)), TS((file, _) -> new TsOutput(file));

    private final BiFunction<PartFile, Tracks, Output> output;

    ExportFormat(BiFunction<PartFile, Tracks, Output> output) {
        this.output = output;
    }

    /** Empty for a name that ends otherwise. */
    public static Optional<ExportFormat> of(Path file) {
        String name = file.getFileName() == null ? "" : file.getFileName().toString().toLowerCase(Locale.ROOT);
        return Stream.of(values()).filter(format -> name.endsWith('.' + format.word())).findFirst();
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @param tracks what there is at the beginning */
    Output output(PartFile file, Tracks tracks) {
        return output.apply(file, tracks);
    }
}
