package io.millrace.tools.export;

import io.millrace.platform.UserError;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.platform.timeline.Tracks;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The file formats of an export. */
public enum ExportFormat {
    FLV((file, tracks, _) -> new FlvOutput(file, tracks)), MP4((file, _, roles) -> new Mp4Output(file, roles)), TS(
            (file, tracks, roles) -> new TsOutput(file, tracks, roles.chosen())),
    /** Fragmented MP4. Its files end in .mp4 too, so no extension selects it. */
    CMAF(CmafOutput::new);

    @FunctionalInterface
    private interface Opener {
        MediaOutput open(PartFile file, Tracks tracks, Roles roles);
    }

    private final Opener output;

    ExportFormat(Opener output) {
        this.output = output;
    }

    /**
     * Checks that a file holds so many tracks: MP4 and CMAF hold any number, the others one of each kind.
     *
     * @throws UserError if it does not
     */
    void requireHolds(ChosenTracks chosen) {
        if (!chosen.further().isEmpty() && this != MP4 && this != CMAF) {
            throw new UserError("%s holds one video and one audio track, not %s; choose one of each with --tracks, or "
                    .formatted(label(), chosen.all().stream().map(TrackId::label).collect(Collectors.joining(", ")))
                    + "export to MP4 or CMAF");
        }
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

    /**
     * @param tracks the chosen tracks at the start of the range
     * @param roles which tracks of the stream they are, with their languages and names
     */
    MediaOutput output(PartFile file, Tracks tracks, Roles roles) {
        return output.open(file, tracks, roles);
    }
}
