package io.millrace.launcher.export;

import io.millrace.edge.live.FlvEvent;
import io.millrace.launcher.Job;
import io.millrace.launcher.past.PastReader;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.flv.FlvTag;
import io.millrace.platform.UserError;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Writes what a reader has into a file, without encoding anything: what {@code millrace export} does.
 *
 * <p>{@link #run} blocks its thread; {@link #cancel} may come from any thread, also in advance.
 */
public final class ExportJob implements Job {
    private final PastReader reader;
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
     * @param replace whether a file of that name may be there already
     * @param done told when the file is whole
     */
    public ExportJob(PastReader reader, String stream, Path file, ExportFormat format, boolean replace,
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
     * Writes the file, or, if it is cancelled, none.
     *
     * @throws UserError one line for people; there is no file then
     */
    @Override
    public void run() {
        try (PartFile part = PartFile.create(file, replace)) {
            if (part.hadLeftover()) {
                progress.restarted(part.part().toString());
            }
            Output output = format.output(part, reader.tracks());
            copy(output, part);
            if (cancelled) {
                return;
            }
            if (began == null) {
                throw new UserError("there is no keyframe of " + stream + " in that range; what is retained: "
                        + "./millrace sessions " + stream);
            }
            progress.completing(part.writtenBytes());
            output.finish(began);
            part.finish();
            done.accept(new ExportResult(file, began, lastMs, part.writtenBytes(), pictures, sounds,
                    output.droppedFrames()));
        } catch (UnsupportedException e) {
            throw new UserError("cannot write %s as .%s: %s; export it to another kind of file".formatted(stream,
                    format.word(), e.getMessage()), e);
        } catch (OverLimitException e) {
            throw new UserError("cannot write %s as one .%s: %s; export it in pieces, with --from and --to"
                    .formatted(stream, format.word(), e.getMessage()), e);
        } catch (MediaException e) {
            throw new UserError(
                    "cannot write %s as .%s: a frame that came in at %s is damaged (%s); export to .flv, which"
                            .formatted(stream, format.word(), reader.arrival(), e.getMessage())
                            + " takes frames as they are",
                    e);
        }
    }

    private void copy(Output output, PartFile part) {
        for (Optional<FlvEvent> next = reader.next(); next.isPresent() && !cancelled; next = reader.next()) {
            switch (next.get()) {
                case FlvEvent.Config config -> output.config(config.tag());
                case FlvEvent.Frame frame -> {
                    began = began == null ? reader.arrival() : began;
                    output.frame(frame.tag(), frame.entry());
                    count(frame.tag());
                    progress.wrote(lastMs, part.writtenBytes(), reader.progress());
                }
                case FlvEvent.End end -> throw changed(end.why());
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
                "cannot write %s as one file: it changes at %s (%s); export what is before with --to %s, and "
                        .formatted(stream, at, why, at) + "what is after with --from a little later");
    }

    @Override
    public void cancel() {
        cancelled = true;
        reader.cancel();
    }
}
