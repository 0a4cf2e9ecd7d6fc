package io.millrace.segmenter.cut;

import io.millrace.media.remux.BodyReader;
import io.millrace.platform.log.Cue;
import io.millrace.platform.log.CueRequest;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.StateSchema;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamEvent;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.log.TrackSet;
import io.millrace.platform.timeline.SessionEvent;
import io.millrace.platform.timeline.SessionFold;
import io.millrace.platform.timeline.Verdict;
import java.nio.ByteBuffer;

/**
 * Turns one stream's records of {@code packets}, in log order, into cuts, directory entries and events: a pure fold.
 *
 * <p>The result of a record depends only on the records before it. The state can be written after any record and
 * resumed in another process. If cutting a session's media fails, that session is quarantined: the rest of it is
 * skipped, and the next session is cut normally. Confined to one thread.
 */
public final class StreamFold {
    private static final StateSchema<StreamFold> SCHEMA = new StateSchema<>("StreamState",
            StreamFold::write, StreamFold::read);

    private String stream;
    private final SessionFold sessions;
    private long lastOffset = -1;
    /** The quarantined session, -1 if there is none. */
    private long quarantined = -1;
    /** Body bytes of the packets since the last cut: of all tracks, and of messages with a default track. */
    private long openBytes;
    private long openDefaultBytes;
    /** Both null without an epoch. */
    private Cutter cutter;
    private Directory directory;
    private final StreamEvents events = new StreamEvents();

    /** Creates the fold of a stream without any records. */
    public StreamFold(String stream) {
        this(stream, new SessionFold());
    }

    private StreamFold(String stream, SessionFold sessions) {
        this.stream = stream;
        this.sessions = sessions;
    }

    /**
     * Returns the offset of the newest folded record, -1 before the first. {@link #fold} ignores records up to that
     * offset.
     */
    public long lastOffset() {
        return lastOffset;
    }

    /**
     * Returns whether this fold can be discarded without loss: the epoch is over, and nobody has claimed the stream
     * since.
     */
    public boolean isForgettable() {
        return sessions.isForgettable();
    }

    /**
     * Folds the next record of the stream. Returns the results, which are empty if {@code offset} is not greater than
     * {@link #lastOffset}.
     */
    public Step fold(long offset, PacketsRecord record) {
        Step step = new Step();
        if (offset <= lastOffset) {
            return step;
        }
        lastOffset = offset;
        TrackSet tracks = sessions.tracks();
        SessionFold.State before = sessions.state();
        Verdict verdict = sessions.fold(offset, record);
        events.begin(stream, step, sessions, offset, record);
        for (SessionEvent event : verdict.events()) {
            apply(event, offset, step);
            events.add(event, before, directory.epoch());
        }
        switch (verdict) {
            case Verdict.Counts counts -> count(offset, (Packet) record, counts, step);
            case Verdict.Ignored ignored -> step.drop(ignored.reason().label());
            case Verdict.Control _ when record instanceof CueRequest request -> cue(offset, request, step);
            case Verdict.Control _ -> {
                // Only the events matter.
            }
        }
        if (step.ended().isPresent() && sessions.state() == SessionFold.State.LIVE) {
            step.warn(StreamWarning.TRACK_SET_CHANGED, "the tracks changed from " + tracks.words() + " to "
                    + sessions.tracks().words() + ": players had to load the stream again");
        }
        enter(offset, step);
        return step;
    }

    /**
     * Ends the epoch, if one is running, because the log has lost records that this fold contains. Does not close the
     * open segment, because some of its packets may be lost. The fold must not be used afterwards.
     */
    public Step lose() {
        Step step = new Step();
        if (sessions.state() == SessionFold.State.LIVE || sessions.state() == SessionFold.State.GRACE) {
            events.beginLoss(stream, step, sessions, lastOffset, cutter.endMs());
            if (sessions.state() == SessionFold.State.LIVE) {
                directory.beginGrace(cutter.endMs());
            }
            over(step);
            events.add(StreamEvent.Type.ENDED, directory.epoch(), -1, "records_lost", "");
            enter(lastOffset, step);
        }
        return step;
    }

    private void apply(SessionEvent event, long offset, Step step) {
        switch (event) {
            case SessionEvent.EpochBegan began -> {
                // The previous epoch may end with the same record.
                enter(offset, step);
                cutter = new Cutter(began.epoch(), began.rules());
                directory = new Directory(stream, began.epoch(), began.rules(), offset,
                        sessions.started().startedAtMs());
            }
            case SessionEvent.TookOver taken -> {
                guard(step, () -> cutter.close(step));
                // They are of the previous session.
                enterCuts(step);
                cutter.beginSession(taken.session(), taken.started());
                directory.beginSession(taken.session(), taken.started(), offset);
            }
            case SessionEvent.Left left -> {
                if (left.reason() != SessionEnded.Reason.SUSPECTED) {
                    // Viewers get the rest of the segment at once. A mere suspicion does not cut, because it may be
                    // withdrawn: the segments are then identical to those without it.
                    guard(step, () -> cutter.leave(step));
                }
                directory.beginGrace(left.endedAtMs());
            }
            case SessionEvent.Returned _ -> directory.resumeSession();
            case SessionEvent.EpochOver _ -> {
                guard(step, () -> cutter.close(step));
                enterCuts(step);
                over(step);
            }
        }
    }

    private void over(Step step) {
        directory.endEpoch();
        if (cutter.rules().endsByRecord()) {
            step.end(new EpochEnded(directory.epoch(), directory.lastSegment(), cutter.endMs()));
        }
    }

    private void count(long offset, Packet packet, Verdict.Counts verdict, Step step) {
        if (verdict.newLine()) {
            directory.beginLine(sessions.timestampOffsetMs());
        }
        if (quarantined == verdict.session()) {
            step.drop("quarantined");
            return;
        }
        guard(step, () -> {
            if (verdict.lost() > 0) {
                cutter.leave(step);
            }
            if (verdict.newLine()) {
                cutter.beginLine(packet, sessions.timestampOffsetMs(), step);
            }
            cut(offset, packet, step);
        });
        int keptBytes = step.isPacketDropped() ? 0 : packet.body().remaining();
        openBytes += keptBytes;
        openDefaultBytes += packet.track() == TrackId.DEFAULT ? keptBytes : 0;
    }

    /** @throws io.millrace.media.bytes.MediaException if this release cannot read the body */
    private void cut(long offset, Packet packet, Step step) {
        BodyReader.requireKnown(packet.bodyFormat());
        if (packet.track() != 0 && !cutter.rules().cutsTracksByTime()) {
            step.drop("multitrack");
            step.warn(StreamWarning.MULTITRACK,
                    "there is more than one track of a kind; players receive the default track");
        } else if (packet.isConfig()) {
            cutter.config(packet, step);
        } else if (isFrame(packet)) {
            cutter.frame(offset, packet, sessions, step);
        } else if (packet.kind() == Packet.Kind.DATA) {
            Metadata metadata = Metadata.parse(packet.body());
            directory.applyMetadata(metadata);
            cutter.label(metadata.labels());
            CuePoint.parse(packet.body())
                    .flatMap(point -> cutter.cue(point, packet, position(offset), step)).ifPresent(this::report);
        }
    }

    private void cue(long offset, CueRequest request, Step step) {
        if (sessions.state() == SessionFold.State.LIVE || sessions.state() == SessionFold.State.GRACE) {
            cutter.cue(request, position(offset), step).ifPresent(this::report);
        } else {
            step.drop("cue_unknown");
        }
    }

    private void report(Cue cue) {
        events.add(cue, directory.epoch(), sessions.session());
    }

    private long position(long offset) {
        return SessionStarted.number(SessionStarted.generation(sessions.session()), offset);
    }

    private static boolean isFrame(Packet packet) {
        return !packet.isConfig() && switch (packet.kind()) {
            case VIDEO -> BodyReader.hasVideo(packet.bodyFormat(), packet.body());
            case AUDIO -> BodyReader.hasAudio(packet.bodyFormat(), packet.body());
            case DATA -> false;
        };
    }

    private void guard(Step step, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            quarantined = cutter.session();
            step.fail(e);
            step.warn(StreamWarning.QUARANTINED,
                    e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
            closeAfter(e, step);
        }
    }

    /**
     * Closes the segment with the media from before the failure, so that readers do not wait for a segment that never
     * ends.
     */
    private void closeAfter(RuntimeException failure, Step step) {
        try {
            cutter.close(step);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private void enter(long offset, Step step) {
        if (directory == null) {
            return;
        }
        enterCuts(step);
        for (Step.Warned warned : step.takeNewWarnings()) {
            boolean appears = !directory.shows(warned.warning());
            if (directory.addWarning(warned)) {
                step.addNewWarning(warned);
            }
            if (appears) {
                events.add(StreamEvent.Type.WARNING, directory.epoch(), directory.session(), warned.warning().label(),
                        warned.message());
            }
        }
        StreamEntry entry = directory.takeChanged(offset);
        if (entry != null) {
            step.entry(entry);
        }
        if (directory.endedWithoutMedia()) {
            step.withdraw(directory.epoch());
            directory = null;
            cutter = null;
        }
    }

    private void enterCuts(Step step) {
        step.takeNewOpenings().forEach(directory::beginSegment);
        for (Cut cut : step.takeNewCuts()) {
            boolean isFirst = cut.last() && directory.lastSegment() < 0;
            if (cut.head() != null) {
                directory.setTargets(cut.head().start().targetDurationS(), cutter.partTicks());
            }
            directory.addCut(cut, openBytes, openDefaultBytes, cutter.movedMs(), step);
            openBytes = 0;
            openDefaultBytes = 0;
            if (isFirst) {
                events.add(StreamEvent.Type.FIRST_SEGMENT, directory.epoch(), cut.session(), "", "");
            }
        }
        for (String code : step.takeGoneWarnings()) {
            events.add(StreamEvent.Type.WARNING_GONE, directory.epoch(), directory.session(), code, "");
        }
    }

    /**
     * Returns the whole state, in the current version of its schema. Folds of the same records return the same bytes.
     */
    public byte[] toBytes() {
        return SCHEMA.encode(this);
    }

    /**
     * Restores a fold from the bytes that {@link #toBytes} returned. The fold does not keep {@code bytes}.
     *
     * @throws io.millrace.platform.log.UnreadableStateException if the bytes are damaged or have an unknown version
     */
    public static StreamFold resume(String stream, ByteBuffer bytes) {
        StreamFold fold = SCHEMA.decode(bytes);
        fold.stream = stream;
        return fold;
    }

    private void write(Generic g) {
        g.put("lastOffset", lastOffset).put("quarantined", quarantined).put("openBytes", openBytes)
                .put("openDefaultBytes", openDefaultBytes)
                .put("sessions", ByteBuffer.wrap(sessions.toBytes()))
                .put("directory", cutter == null ? null : directory.write(g.child("directory")))
                .put("cutter", cutter == null ? null : cutter.write(g.child("cutter")));
    }

    private static StreamFold read(Generic g) {
        StreamFold fold = new StreamFold(null, SessionFold.resume(g.bytes("sessions")));
        fold.lastOffset = g.int64("lastOffset");
        fold.quarantined = g.int64("quarantined");
        fold.openBytes = g.int64("openBytes");
        fold.openDefaultBytes = g.int64("openDefaultBytes");
        if (!g.isNull("cutter")) {
            fold.directory = Directory.read(g.record("directory"));
            fold.cutter = Cutter.read(fold.sessions.rules(), g.record("cutter"));
        }
        return fold;
    }
}
