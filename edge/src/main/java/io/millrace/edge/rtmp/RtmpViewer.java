package io.millrace.edge.rtmp;

import io.millrace.edge.EdgeMeters;
import io.millrace.edge.audience.Protocol;
import io.millrace.edge.audience.Viewer;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.feed.FlvSink;
import io.millrace.edge.feed.FlvSource;
import io.millrace.edge.feed.Framing;
import io.millrace.edge.live.Selection;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.rtmp.PlayDuration;
import io.millrace.platform.rtmp.CloseReason;
import io.millrace.platform.rtmp.PlayRequest;
import io.millrace.platform.rtmp.PlaySink;
import io.millrace.platform.rtmp.Player;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One player of a stream: hands to its socket what comes, as messages of RTMP already. Who pauses leaves the stream and comes
 * back to what is live then. Confined to the player's event loop.
 *
 * <p>HELD (nothing to play yet) -> PLAYING; PLAYING -> PAUSED -> PLAYING; any -> OVER.
 */
final class RtmpViewer implements PlaySink {
    /** As long as requests by HTTP are held. */
    static final long HOLD_MS = 10_000;

    private enum State {
        HELD, PLAYING, PAUSED, OVER
    }

    private final PlayRequest request;
    private final String stream;
    private final Player player;
    private final PlayDesk desk;
    private final FlvSource source;
    private final Viewers viewers;
    private final EdgeMeters meters;
    private final PlayDuration duration;
    private State state = State.HELD;
    /** Which tracks the player asked for. */
    private boolean wantsAudio;
    private boolean wantsVideo;
    /** Null until it plays. */
    private Viewer viewer;
    /** How it takes part in the stream now; null while it does not. */
    private Part part;
    private ScheduledFuture<?> hold;

    RtmpViewer(PlayRequest request, Player player, PlayDesk desk, FlvSource source, Viewers viewers,
            EdgeMeters meters) {
        this.request = request;
        duration = new PlayDuration(request.durationMs());
        stream = request.stream().value();
        this.player = player;
        this.desk = desk;
        this.source = source;
        this.viewers = viewers;
        this.meters = meters;
        hold = player.loop().schedule(this::giveUp, HOLD_MS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void writable() {
        if (part != null && part.more != null) {
            part.more.run();
        }
    }

    @Override
    public void hold() {
        if (state == State.PLAYING) {
            state = State.PAUSED;
            leave();
        }
    }

    @Override
    public void goOn(boolean audio, boolean video) {
        if (state == State.PAUSED) {
            state = State.PLAYING;
        }
        if (state == State.PLAYING && desk.hasEnded(stream)) {
            end();
        } else if (state != State.OVER) {
            wantsAudio = audio;
            wantsVideo = video;
            join();
        }
    }

    /**
     * Without a track that it both wants and takes, a player gets nothing until it wants others; one that is held is judged
     * when the tracks are known.
     */
    private void join() {
        Optional<Selection> wanted = state == State.HELD ? Selection.of(wantsAudio, wantsVideo) : Optional.empty();
        selection().or(() -> wanted).ifPresent(selection -> {
            part = new Part(selection);
            source.join(stream, part);
        });
    }

    private Optional<Selection> selection() {
        return desk.playable(request).flatMap(takes -> Selection.of(wantsAudio && takes.has(FlvTag.Type.AUDIO),
                wantsVideo && takes.has(FlvTag.Type.VIDEO)));
    }

    @Override
    public void ended() {
        if (state != State.OVER) {
            state = State.OVER;
            hold.cancel(false);
            leave();
            desk.left();
            if (viewer != null) {
                viewers.left(viewer);
            }
        }
    }

    private void leave() {
        if (part != null) {
            source.leave(stream, part);
            part = null;
        }
    }

    private void giveUp() {
        if (state == State.HELD) {
            player.close(CloseReason.REFUSED, PlayDesk.NOT_FOUND, "there is nothing to play yet");
        }
    }

    /** The first bytes of this time are there. */
    private void start() {
        if (state != State.HELD) {
            return;
        }
        // The tracks are known only now.
        Optional<Selection> selection = selection();
        if (selection.isEmpty()) {
            player.close(CloseReason.REFUSED, PlayDesk.FAILED, desk.unplayable(request));
            return;
        }
        if (selection.get() != part.selection) {
            leave();
            join();
            return;
        }
        state = State.PLAYING;
        hold.cancel(false);
        viewer = viewers.joined(Protocol.RTMP, stream, request.address(),
                request.client().isEmpty() ? null : request.client(), () -> player.loop().execute(this::kick));
        player.start();
    }

    /** Sends what lies within the duration that the player asked for, and ends the play where that is over. */
    private void sendWithin(List<ByteBuf> pieces) {
        for (int i = 0; i < pieces.size(); i++) {
            ByteBuf piece = pieces.get(i);
            int within = duration.within(piece.nioBuffer());
            if (within < piece.readableBytes()) {
                List<ByteBuf> last = new ArrayList<>(pieces.subList(0, i));
                if (within > 0) {
                    last.add(piece.slice(piece.readerIndex(), within));
                }
                sendAll(last);
                player.end();
                return;
            }
        }
        sendAll(pieces);
    }

    private void sendAll(List<ByteBuf> pieces) {
        viewer.sent(pieces);
        player.send(pieces);
    }

    private void kick() {
        player.close(CloseReason.KICKED, PlayDesk.FAILED, "let go by who runs this edge");
    }

    private void end() {
        switch (state) {
            case HELD -> giveUp();
            case PLAYING -> player.end();
            case PAUSED, OVER -> {
                // It is told when it wants to go on; or has left before.
            }
        }
    }

    /** One stay with the stream, from its latest keyframe on. What an earlier one still gives is no more wanted. */
    private final class Part implements FlvSink {
        private final Selection selection;
        private Runnable more;

        private Part(Selection selection) {
            this.selection = selection;
        }

        private boolean isOn() {
            return part == this && state == State.PLAYING;
        }

        @Override
        public EventExecutor loop() {
            return player.loop();
        }

        @Override
        public Protocol protocol() {
            return Protocol.RTMP;
        }

        @Override
        public Selection selection() {
            return selection;
        }

        @Override
        public Framing framing() {
            return Framing.RTMP;
        }

        @Override
        public void start(Runnable again) {
            if (part == this) {
                more = again;
                RtmpViewer.this.start();
            }
        }

        @Override
        public boolean isReady() {
            return isOn() && player.isWritable();
        }

        @Override
        public void send(List<ByteBuf> pieces) {
            if (isOn()) {
                sendWithin(pieces);
            }
        }

        @Override
        public void skipped(long tags) {
            meters.dropped("slow_viewer", tags);
        }

        @Override
        public void tooSlow() {
            if (isOn()) {
                player.close(CloseReason.SLOW, "NetStream.Play.InsufficientBW", "the stream is faster than the player");
            }
        }

        @Override
        public void end() {
            if (part == this) {
                RtmpViewer.this.end();
            }
        }
    }
}
