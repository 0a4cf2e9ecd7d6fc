package io.millrace.tools.export;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.flv.FlvTag;
import io.millrace.platform.UserError;
import io.millrace.platform.timeline.TagEvent;
import io.millrace.tools.Job;
import io.millrace.tools.past.RangeTags;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Writes a range of the log to a file without transcoding: {@code millrace export}.
 *
 * <p>{@link #run} blocks its thread; {@link #cancel} may be called from any thread, even before {@link #run}.
 */
public final class ExportJob implements Job {
    private final RangeTags reader;
    private final String stream;
    private final Path file;
    private final ExportFormat format;
    private final boolean replace;
    private final ExportProgress progress;
    private final Consumer<ExportResult> done;
    private volatile boolean cancelled;
    private Instant began;
    private long lastMs;
    private long pictures;
    private long sounds;

    /**
     * Creates the job.
     *
     * @param replace whether to overwrite an existing file
     * @param done called when the file is complete
     */
    public ExportJob(RangeTags reader, String stream, Path file, ExportFormat format, boolean replace,
            ExportProgress progress, Consumer<ExportResult> done) {
        this.reader = reader;
        this.stream = stream;
        this.file = file;
        this.format = format;
        this.replace = replace;
        this.progress = progress;
        this.done = done;
    }

    /**
     * Writes the file. If the job is cancelled, no file remains.
     *
     * @throws UserError with a one-line message for the user; no file remains
     */
    @Override
    public void run() {
        format.requireHolds(reader.chosen());
        try (PartFile part = PartFile.create(file, replace)) {
            if (part.hadLeftover()) {
                progress.restarted(part.part().toString());
            }
            MediaOutput output = format.output(part, reader.tracks(), new Roles(reader.chosen(), reader.listed()));
            copy(output, part);
            if (cancelled) {
                return;
            }
            if (began == null) {
                throw new UserError("there is no keyframe of " + stream + " in that range, or it is withdrawn; see "
                        + "./millrace sessions " + stream);
            }
            progress.completing(part.writtenBytes());
            output.finish(began);
            part.finish();
            done.accept(new ExportResult(file, began, lastMs, part.writtenBytes(), pictures, sounds,
                    output.droppedFrames(), reader.omitted()));
        } catch (UnsupportedException e) {
            throw new UserError("cannot write %s as %s: %s; export to another file format".formatted(stream,
                    format.label(), e.getMessage()), e);
        } catch (OverLimitException e) {
            throw new UserError("cannot write %s as one %s file: %s; export it in parts with --from and --to"
                    .formatted(stream, format.label(), e.getMessage()), e);
        } catch (MediaException e) {
            throw new UserError(
                    "cannot write %s as %s: the frame that arrived at %s is damaged (%s); export to FLV, which"
                            .formatted(stream, format.label(), reader.arrival(), e.getMessage())
                            + " copies frames unchanged",
                    e);
        }
    }

    private void copy(MediaOutput output, PartFile part) {
        for (Optional<TagEvent> next = reader.next(); next.isPresent() && !cancelled; next = reader.next()) {
            switch (next.get()) {
                case TagEvent.Config config -> output.config(config);
                case TagEvent.Frame frame -> {
                    began = began == null ? reader.arrival() : began;
                    output.frame(frame);
                    count(frame.tag());
                    progress.wrote(lastMs, part.writtenBytes(), reader.progress());
                }
                case TagEvent.End end -> throw changed(end.reason().label());
            }
        }
    }

    private void count(FlvTag frame) {
        lastMs = Math.max(lastMs, frame.timestampMs());
        if (frame.type() == FlvTag.Type.VIDEO) {
            pictures++;
        } else {
            sounds++;
        }
    }

    private UserError changed(String why) {
        Instant at = reader.arrival();
        return new UserError(
                "cannot write %s as one file: it changes at %s (%s); export the media before with --to %s, and "
                        .formatted(stream, at, why, at) + "the media after with a later --from");
    }

    @Override
    public void cancel() {
        cancelled = true;
        reader.cancel();
    }
}
