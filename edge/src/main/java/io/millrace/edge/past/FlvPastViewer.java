package io.millrace.edge.past;

import io.millrace.edge.fanout.FlvChannel;
import io.millrace.edge.fanout.FlvSink;
import io.millrace.edge.fanout.Framing;
import io.millrace.edge.log.BusyException;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.view.PastTags;
import io.millrace.edge.view.Selection;
import io.millrace.media.flv.FlvTag;
import io.millrace.platform.directory.Withdrawals;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.past.PacketRange;
import io.millrace.platform.timeline.FlvOpening;
import io.millrace.platform.timeline.StreamTags;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One viewer of past media: reads a batch, writes it, and reads the next one after the socket has accepted it. At the
 * end of the log, the viewer joins the live viewers, or waits if its range has an end. A viewer whose next records have
 * expired continues with the earliest retained keyframe. Confined to the viewer's event loop, except that a read, one
 * at a time, uses {@link #tags} and {@link #packets} on another thread.
 *
 * <p>READING -> WRITING -> READING; WRITING -> LIVE; LIVE -> READING if the live ring does not go back far enough; any
 * -> OVER.
 */
final class FlvPastViewer {
    /** Rate-limited by stream name, since clients trigger these lines. */
    private static final PeerLog LOG = new PeerLog(LoggerFactory.getLogger(FlvPastViewer.class));
    /** Delay before the next read at the end of the log or after a failed read. */
    private static final long AGAIN_MS = 500;

    /** The viewer's access to the log. Does not block; results arrive on other threads. */
    interface Source {
        /** Returns a reader of the stream's records from an offset in {@code packets} on. */
        PacketRange packets(long startOffset);

        /**
         * Reads the next batch, which the caller must close. Fails with {@link BusyException} if too many reads wait.
         */
        CompletionStage<PastBatch> read(PacketRange packets, PastTags tags, Framing framing, Selection selection);

        /**
         * Looks for what remains of the range after retention has deleted the viewer's next records. Fails with
         * {@link BusyException} if too many reads wait.
         */
        CompletionStage<FlvPast.Range> left();

        /** Returns the withdrawn ranges of the stream as of now. */
        Withdrawals withdrawals();

        /** Joins the live viewers at the position where the viewer has stopped reading. */
        void join(FlvChannel.Seam seam);

        /** Leaves the live viewers. */
        void leave(FlvSink sink);

        /** Returns whether the epoch has ended, so that nothing will follow in the log. */
        boolean hasEnded();

        /** Returns the wall-clock time, ms since 1970. */
        long nowMs();

        /** Called when a viewer that had joined the live viewers reads the log again. */
        void behind();

        /** Called when the viewer stops reading the log, because it joins the live viewers or is over. */
        void done();
    }

    private enum State {
        READING, WRITING, LIVE, OVER
    }

    private final FlvSink sink;
    private final Source source;
    private final EdgeMeters meters;
    private final PacketRange packets;
    private FlvPast.Range.Playable range;
    private PastTags tags;
    /** The sequence headers at the start of the range, or after a gap. */
    private List<FlvTag> headers;
    /** The sequence headers that the viewer has, from a gap to the next batch with tags; otherwise null. */
    private List<FlvTag> headersBefore;
    private State state = State.READING;
    /** Where the newest batch stopped. */
    private PastBatch.Position position = PastBatch.Position.WITHIN_LOG;
    /** Whether the response has begun, which it does with the first tag. */
    private boolean started;

    FlvPastViewer(FlvPast.Range.Playable range, FlvSink sink, Source source, EdgeMeters meters) {
        this.sink = sink;
        this.source = source;
        this.meters = meters;
        packets = source.packets(range.start().offset());
        playFrom(range);
    }

    private void playFrom(FlvPast.Range.Playable from) {
        range = from;
        tags = new PastTags(StreamTags.ofEpoch(range.epoch(), range.start(), range.tracks(), sink.chosen()),
                range.limit(), source::withdrawals);
        headers = tags.headers();
        packets.moveTo(range.start().offset());
    }

    /** Begins to read. Called once, on the event loop. */
    void begin() {
        read();
    }

    private void read() {
        state = State.READING;
        source.read(packets, tags, sink.framing(), sink.selection()).whenComplete((batch, failure) -> {
            try {
                sink.loop().execute(() -> turn(batch, failure));
            } catch (RejectedExecutionException _) {
                if (batch != null) {
                    batch.close();
                }
            }
        });
    }

    private void turn(PastBatch batch, Throwable failure) {
        if (failure != null) {
            failed(failure);
            return;
        }
        try (batch) {
            if (state == State.OVER) {
                return;
            }
            state = State.WRITING;
            position = batch.position();
            write(batch);
            if (position == PastBatch.Position.END_OF_RANGE
                    || position == PastBatch.Position.END_OF_LOG && isComplete()) {
                end();
            } else if (!started || sink.isReady()) {
                goOn();
            }
        }
    }

    /**
     * Returns whether the range is complete at the end of the log: nothing will follow, or the publisher is away and
     * the range ends in the past, and a publisher that returns publishes after it.
     */
    private boolean isComplete() {
        return source.hasEnded()
                || range.limit() != null && !tags.isLive() && range.limit().endMs() <= source.nowMs();
    }

    private void failed(Throwable failure) {
        if (failure instanceof BusyException || failure instanceof RetriableException) {
            again();
        } else if (state != State.OVER) {
            LOG.log(Level.ERROR, range.epoch().stream(),
                    "{}: a viewer of the past is disconnected, please report this bug", range.epoch().stream(),
                    failure);
            end();
        }
    }

    private void write(PastBatch batch) {
        if (batch.isEmpty()) {
            return;
        }
        byte[] opening = opening(batch.firstMs());
        if (!started) {
            started = true;
            sink.start(this::goOn);
        }
        if (opening.length > 0) {
            sink.send(opening);
            meters.sent(sink.protocol(), opening.length);
        }
        sink.send(batch.run().pieces());
        meters.sent(sink.protocol(), batch.run().mediaBytes());
    }

    /** Returns the bytes that the viewer must receive before its next tag, not framed; possibly none. */
    private byte[] opening(int timestampMs) {
        List<FlvTag> selected = sink.selection().of(headers);
        if (!started) {
            return FlvOpening.write(sink.selection().of(range.tracks().choose(sink.chosen())), selected, timestampMs);
        }
        List<FlvTag> before = headersBefore;
        headersBefore = null;
        return before == null || selected.equals(sink.selection().of(before))
                ? new byte[0]
                : FlvOpening.headers(selected, timestampMs);
    }

    /** Called when the socket has accepted the written bytes. */
    private void goOn() {
        if (state != State.WRITING) {
            return;
        }
        switch (position) {
            case WITHIN_LOG, END_OF_RANGE -> read();
            case EXPIRED -> passGap();
            case END_OF_LOG -> {
                if (range.limit() != null || !started) {
                    again();
                } else {
                    state = State.LIVE;
                    source.done();
                    source.join(new FlvChannel.Seam(range.epoch().epoch(), packets.seen(), tags.headers(), sink,
                            this::behind));
                }
            }
        }
    }

    /** Continues after records that have expired. */
    private void passGap() {
        state = State.READING;
        source.left().whenComplete((left, failure) -> sink.execute(() -> found(left, failure)));
    }

    private void found(FlvPast.Range left, Throwable failure) {
        if (failure != null) {
            failed(failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure);
        } else if (state != State.OVER) {
            switch (left) {
                case FlvPast.Range.Playable playable when !started || isLike(playable) -> {
                    if (started && headersBefore == null) {
                        headersBefore = tags.headers();
                    }
                    playFrom(playable);
                    read();
                }
                case FlvPast.Range.NotYet _ when !source.hasEnded() -> again();
                case FlvPast.Range _ -> end();
            }
        }
    }

    /** Returns whether the viewer's tracks are still those that it was told. */
    private boolean isLike(FlvPast.Range.Playable other) {
        return other.tracks().choose(sink.chosen()).isLike(range.tracks().choose(sink.chosen()));
    }

    private void end() {
        over();
        sink.end();
    }

    /** Called when the live ring no longer contains the viewer's next tags, which are in the log. */
    private void behind() {
        if (state == State.LIVE) {
            sink.start(this::goOn);
            source.behind();
            read();
        }
    }

    /** Reads again after {@link #AGAIN_MS}. */
    private void again() {
        if (state != State.OVER) {
            state = State.READING;
            sink.loop().schedule(() -> {
                if (state == State.READING) {
                    read();
                }
            }, AGAIN_MS, TimeUnit.MILLISECONDS);
        }
    }

    /**
     * Leaves the log or the live viewers. Called when the viewer's connection has closed, and after the end of the
     * range; a second call has no effect.
     */
    void over() {
        switch (state) {
            case LIVE -> source.leave(sink);
            case READING, WRITING -> source.done();
            case OVER -> {
                // The end of the stream and that of the connection are two events.
            }
        }
        state = State.OVER;
    }
}
