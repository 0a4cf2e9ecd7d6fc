package io.millrace.launcher.export;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** What an export can be, by the end of the file's name. */
public enum ExportFormat {
    FLV(FlvOutput::new), MP4(Mp4Output::new), TS(TsOutput::new);

    private final Function<PartFile, Output> output;

    ExportFormat(Function<PartFile, Output> output) {
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

    Output output(PartFile file) {
        return output.apply(file);
    }
}
