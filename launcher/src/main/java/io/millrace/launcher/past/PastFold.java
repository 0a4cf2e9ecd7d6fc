package io.millrace.launcher.past;

import io.millrace.edge.live.FlvEvent;
import io.millrace.edge.live.FlvFold;
import io.millrace.edge.live.Tracks;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.session.SessionEvent;
import io.millrace.platform.session.SessionFold;
import io.millrace.platform.session.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * What one stream's records become for who takes them elsewhere: FLV tags as the edge's viewers get them, across epochs,
 * on one time line that begins with 0 at the first frame. Each later epoch, and what comes behind a hole in the log, goes
 * on where it was.
 *
 * <p>Before the first frame, and later where they change, stand the sequence headers that hold. Tags a little before the
 * first frame (audio that was sent behind it) have times below 0. Pure; confined to one thread.
 */
final class PastFold {
    /** Between two broadcasts there is one frame of 25 a second. */
    private static final int SEAM_MS = 40;
    private static final int LONGEST_FRAME_MS = 1_000;

    private final LongFunction<Tracks> tracksOfEpoch;
    private final Map<FlvTag.Type, ByteBuffer> headers = new EnumMap<>(FlvTag.Type.class);
    private SessionFold sessions;
    private FlvFold tags;
    private boolean placed;
    private boolean started;
    private int shiftMs;
    private int lastMs;
    /** Of the picture: when the last one shown is due, and how long one is shown. */
    private int shownMs = Integer.MIN_VALUE;
    private int pictureMs = Integer.MIN_VALUE;
    private int frameMs = SEAM_MS;

    /** @param tracksOfEpoch what is known of the tracks of an epoch that begins */
    PastFold(Place place, LongFunction<Tracks> tracksOfEpoch) {
        this.tracksOfEpoch = tracksOfEpoch;
        moveTo(place);
    }

    /** The records between here and there are not to be had. */
    void moveTo(Place place) {
        sessions = place.sessions();
        begin(place.tracks());
    }

    private void begin(Tracks tracks) {
        tags = new FlvFold(tracks);
        placed = false;
    }

    List<FlvEvent> fold(long offset, PacketsRecord record) {
        Verdict verdict = sessions.fold(offset, record);
        for (SessionEvent event : verdict.events()) {
            if (event instanceof SessionEvent.EpochBegan(long epoch, var _)) {
                begin(tracksOfEpoch.apply(epoch));
            }
        }
        if (!(verdict instanceof Verdict.Counts counts) || !(record instanceof Packet packet)) {
            return List.of();
        }
        List<FlvEvent> out = new ArrayList<>(3);
        tags.fold(packet, counts.timeMs()).forEach(event -> place(event, out));
        return out;
    }

    private void place(FlvEvent event, List<FlvEvent> out) {
        switch (event) {
            case FlvEvent.Config config -> {
                // Before the first frame they are all said at once.
                if (placed) {
                    header(config.tag(), config.tag().timestampMs() + shiftMs, out);
                }
            }
            case FlvEvent.Frame frame -> frame(frame, out);
            case FlvEvent.End end -> out.add(end);
        }
    }

    private void frame(FlvEvent.Frame frame, List<FlvEvent> out) {
        int timeMs = frame.tag().timestampMs();
        if (!placed) {
            placed = true;
            shiftMs = (started ? lastMs + SEAM_MS : 0) - timeMs;
            started = true;
            tags.headers().forEach(header -> header(header, timeMs + shiftMs, out));
        }
        if (frame.tag().type() == FlvTag.Type.VIDEO) {
            picture(frame, timeMs);
        }
        lastMs = Math.max(lastMs, timeMs + shiftMs);
        out.add(new FlvEvent.Frame(at(timeMs + shiftMs, frame.tag()), frame.entry(), frame.leads()));
    }

    /**
     * Where an encoder was killed, pictures may be missing that were to be shown before the last ones that came: what comes
     * after that begins behind those, sound and all.
     */
    private void picture(FlvEvent.Frame frame, int timeMs) {
        int compositionMs = compositionMs(frame.tag());
        int dueMs = timeMs + shiftMs + compositionMs;
        if (frame.entry() && shownMs != Integer.MIN_VALUE && dueMs <= shownMs) {
            shiftMs += shownMs + frameMs - dueMs;
            dueMs = timeMs + shiftMs + compositionMs;
        } else if (pictureMs != Integer.MIN_VALUE && timeMs + shiftMs > pictureMs) {
            frameMs = Math.min(timeMs + shiftMs - pictureMs, LONGEST_FRAME_MS);
        }
        pictureMs = timeMs + shiftMs;
        shownMs = Math.max(shownMs, dueMs);
    }

    private static int compositionMs(FlvTag tag) {
        try {
            return VideoTagBody.parse(tag.body().duplicate()) instanceof VideoTagBody.Frame coded
                    ? coded.compositionTimeMs()
                    : 0;
        } catch (MediaException _) {
            // It is copied as it is, or refused where it is read.
            return 0;
        }
    }

    private void header(FlvTag tag, int timeMs, List<FlvEvent> out) {
        if (!tag.body().equals(headers.put(tag.type(), tag.body()))) {
            out.add(new FlvEvent.Config(at(timeMs, tag)));
        }
    }

    private static FlvTag at(int timeMs, FlvTag tag) {
        return new FlvTag(tag.type(), timeMs, tag.body());
    }

    /** Whether the newest epoch is over: nothing comes unless another one begins. */
    boolean isOver() {
        return sessions.state() == SessionFold.State.ENDED || sessions.state() == SessionFold.State.NONE;
    }
}
