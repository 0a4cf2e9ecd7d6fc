package io.millrace.edge.feed;

import io.millrace.edge.EdgeMeters;
import io.millrace.edge.live.EpochTags;
import io.millrace.edge.live.FlvOpening;
import io.millrace.edge.live.PastTags;
import io.millrace.edge.live.Selection;
import io.millrace.media.flv.FlvTag;
import io.millrace.platform.net.PeerLog;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One viewer of the past: reads a turn, writes it, and reads the next once its socket has taken that. At the end of the log
 * it goes on with those who watch live, or waits where its range has an end. Confined to the viewer's event loop.
 *
 * <p>READING -> WRITING -> READING; WRITING -> LIVE; LIVE -> READING where the live ring does not go back so far; any -> OVER.
 */
final class FlvPastViewer {
    /** Viewers come as they like: counted by the name of the stream. */
    private static final PeerLog LOG = new PeerLog(LoggerFactory.getLogger(FlvPastViewer.class));
    /** Until the log is asked again: at its end, or where it did not answer. */
    private static final long AGAIN_MS = 500;

    /** What a viewer needs of the log. */
    interface Source {
        /** Its next turn. Fails with {@link BusyException} if too many wait for theirs. */
        CompletionStage<PastBatch> read(PastTags tags, long from, Framing framing, Selection selection);

        /** It has everything up to an offset and goes on live. */
        void join(FlvChannel.Seam seam);

        /** It watches live no more. */
        void leave(FlvSink sink);

        /** Whether nothing will follow in the log. */
        boolean hasEnded();

        /** Wall clock, ms since 1970. */
        long nowMs();

        /** It watched live, and reads the past again. */
        void behind();

        /** It does not any more. */
        void done();
    }

    private enum State {
        READING, WRITING, LIVE, OVER
    }

    private final FlvPast.Range.Playable range;
    private final FlvSink sink;
    private final Source source;
    private final EdgeMeters meters;
    private final PastTags tags;
    private final List<FlvTag> told;
    private State state = State.READING;
    private boolean started;
    private boolean atEnd;
    private long next;
    private long seen;

    FlvPastViewer(FlvPast.Range.Playable range, FlvSink sink, Source source, EdgeMeters meters) {
        this.range = range;
        this.sink = sink;
        this.source = source;
        this.meters = meters;
        tags = new PastTags(new EpochTags(range.epoch(), range.tracks(), range.start()), range.limit());
        told = tags.headers();
        next = range.start().offset();
        seen = next;
    }

    void begin() {
        read();
    }

    private void read() {
        state = State.READING;
        source.read(tags, next, sink.framing(), sink.selection()).whenComplete((batch, failure) -> {
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
            next = batch.next();
            seen = Math.max(seen, batch.seen());
            atEnd = batch.atEnd();
            write(batch);
            if (batch.over() || atEnd && isComplete()) {
                over();
                sink.end();
            } else if (!started || sink.isReady()) {
                goOn();
            }
        }
    }

    /** Whether the end of the log is that of the range. Who publishes again does so later than now. */
    private boolean isComplete() {
        return source.hasEnded()
                || range.limit() != null && !tags.isLive() && range.limit().endMs() <= source.nowMs();
    }

    private void failed(Throwable failure) {
        if (failure instanceof BusyException || failure instanceof RetriableException) {
            again();
        } else if (state != State.OVER) {
            LOG.log(Level.ERROR, range.epoch().stream(), "a viewer of the past of {} is let go", range.epoch().stream(),
                    failure);
            over();
            sink.end();
        }
    }

    private void write(PastBatch batch) {
        if (batch.isEmpty()) {
            return;
        }
        if (!started) {
            started = true;
            sink.start(this::goOn);
            byte[] opening = FlvOpening.write(sink.selection().of(range.tracks()), sink.selection().of(told),
                    batch.firstMs());
            sink.send(opening);
            meters.sent(sink.protocol(), opening.length);
        }
        sink.send(batch.stretch().pieces());
        meters.sent(sink.protocol(), batch.stretch().mediaBytes());
    }

    /** The socket has taken what was written. */
    private void goOn() {
        if (state != State.WRITING) {
            return;
        }
        if (!atEnd) {
            read();
        } else if (range.limit() != null || !started) {
            again();
        } else {
            state = State.LIVE;
            source.done();
            source.join(new FlvChannel.Seam(range.epoch().epoch(), seen, tags.headers(), sink, this::behind));
        }
    }

    /** What comes next is not in the live ring: it is in the log. */
    private void behind() {
        if (state == State.LIVE) {
            sink.start(this::goOn);
            source.behind();
            read();
        }
    }

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

    /** Nothing more is to be written. */
    void over() {
        switch (state) {
            case LIVE -> source.leave(sink);
            case READING, WRITING -> source.done();
            case OVER -> {
                // Its end and its connection's are two events.
            }
        }
        state = State.OVER;
    }
}
