package io.millrace.edge.rtmp;

import io.millrace.edge.audience.Viewer;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.fanout.FlvSink;
import io.millrace.edge.fanout.FlvSource;
import io.millrace.edge.fanout.Framing;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.Protocol;
import io.millrace.edge.view.Selection;
import io.millrace.edge.view.TrackParameter;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.rtmp.PlayDuration;
import io.millrace.platform.access.AccessDecision;
import io.millrace.platform.access.AccessRequest;
import io.millrace.platform.access.ViewerSession;
import io.millrace.platform.rtmp.CloseReason;
import io.millrace.platform.rtmp.PlayRequest;
import io.millrace.platform.rtmp.PlaySink;
import io.millrace.platform.rtmp.Player;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.platform.timeline.Tracks;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * One RTMP player of a stream: passes the stream's messages to the player's socket. A player that pauses leaves the
 * stream, and rejoins it live when it resumes. Confined to the player's event loop.
 *
 * <p>HELD (nothing to play yet) -> PLAYING; PLAYING -> PAUSED -> PLAYING; any -> OVER.
 */
final class RtmpViewer implements PlaySink {
    /** How long a player waits for its stream's first media: as long as HTTP requests are held. */
    static final long HOLD_MS = 10_000;
    /** Delay before a held player joins again because the packets are behind the directory. */
    private static final long REJOIN_MS = 100;

    private enum State {
        HELD, PLAYING, PAUSED, OVER
    }

    private final PlayRequest request;
    private final ChosenTracks chosen;
    private final String stream;
    private final Player player;
    private final PlayDesk desk;
    private final FlvSource source;
    private final Viewers viewers;
    private final EdgeMeters meters;
    private final PlayDuration duration;
    private State state = State.HELD;
    /** The kinds of tracks that the player wants. */
    private boolean wantsAudio;
    private boolean wantsVideo;
    /** Null before the player plays. */
    private Viewer viewer;
    /** The current subscription to the stream; null while there is none. */
    private Subscription subscription;
    private ViewerSession session;
    /** The end of the player's permission; null if it does not expire. */
    private Future<?> expiry;
    /** The end of the wait of a held player. */
    private final Future<?> hold;

    RtmpViewer(PlayRequest request, ChosenTracks chosen, Player player, PlayDesk desk, FlvSource source,
            Viewers viewers,
            EdgeMeters meters) {
        this.request = request;
        this.chosen = chosen;
        duration = new PlayDuration(request.durationMs());
        stream = request.stream().value();
        this.player = player;
        this.desk = desk;
        this.source = source;
        this.viewers = viewers;
        this.meters = meters;
        hold = desk.hold(player, this::giveUp);
    }

    @Override
    public void writable() {
        if (subscription != null && subscription.more != null) {
            subscription.more.run();
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
    public void resume(boolean audio, boolean video) {
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
     * Joins the stream, unless the player supports none of the tracks that it wants: then it receives nothing until it
     * selects others. A held player also joins, since its tracks may not be known yet; they are checked at the start.
     */
    private void join() {
        Optional<Selection> wanted = state == State.HELD ? Selection.of(wantsAudio, wantsVideo) : Optional.empty();
        selection().or(() -> wanted).ifPresent(selection -> {
            subscription = new Subscription(selection);
            source.join(stream, subscription);
        });
    }

    /** Returns the tracks that the player wants and supports; empty if there are none. */
    private Optional<Selection> selection() {
        return desk.playable(request, chosen).flatMap(takes -> Selection.of(wantsAudio && takes.has(FlvTag.Type.AUDIO),
                wantsVideo && takes.has(FlvTag.Type.VIDEO)));
    }

    @Override
    public void ended() {
        if (state != State.OVER) {
            if (state == State.HELD) {
                desk.begins(hold);
            }
            state = State.OVER;
            if (expiry != null) {
                expiry.cancel(false);
            }
            leave();
            desk.left();
            if (viewer != null) {
                viewers.left(viewer);
            }
        }
    }

    private void leave() {
        if (subscription != null) {
            source.leave(stream, subscription);
            subscription = null;
        }
    }

    private void giveUp() {
        if (state == State.HELD) {
            player.close(CloseReason.REFUSED, PlayDesk.NOT_FOUND, "there is nothing to play yet");
        }
    }

    /** Called when a subscription can start: begins the play of a held player. */
    private void start() {
        if (state != State.HELD) {
            return;
        }
        // The tracks are known from now on.
        Optional<Selection> selection = selection();
        if (selection.isEmpty() && desk.isAway(stream)) {
            // The directory is ahead of the packets. The channel holds new players once it knows that the publisher is
            // away.
            leave();
            player.loop().schedule(this::joinAgain, REJOIN_MS, TimeUnit.MILLISECONDS);
            return;
        }
        if (selection.isEmpty()) {
            player.close(CloseReason.REFUSED, PlayDesk.FAILED, desk.unplayable(request, chosen));
            return;
        }
        if (selection.get() != subscription.selection) {
            leave();
            join();
            return;
        }
        state = State.PLAYING;
        desk.begins(hold);
        AccessRequest.Source peer = request.access().source();
        viewer = viewers.joined(Protocol.RTMP, stream, peer.address(), peer.client().isEmpty() ? null : peer.client(),
                session, () -> player.loop().execute(this::kick));
        player.start();
    }

    private void joinAgain() {
        if (state == State.HELD && subscription == null) {
            join();
        }
    }

    /** Sends the messages that lie within the requested duration, and ends the play at the end of the duration. */
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

    /** Takes the policy's decision: who the player is, and when the play ends. Must be called before {@link #resume}. */
    void permit(AccessDecision.Allowed allowed) {
        session = allowed.sessionOf(request.access().source());
        if (allowed.untilS() != AccessDecision.NO_END) {
            long leftS = Math.max(0, allowed.untilS() - TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis()));
            expiry = player.loop().schedule(
                    () -> player.close(CloseReason.EXPIRED, PlayDesk.FAILED, "the token has expired"), leftS,
                    TimeUnit.SECONDS);
        }
    }

    private void kick() {
        player.close(CloseReason.KICKED, PlayDesk.FAILED, "disconnected by the operator");
    }

    private void end() {
        switch (state) {
            case HELD -> giveUp();
            case PLAYING -> player.end();
            case PAUSED, OVER -> {
                // A paused player is told when it resumes; one that is over has left.
            }
        }
    }

    /** A subscription to the stream, from its latest keyframe on. Callbacks of an earlier subscription are ignored. */
    private final class Subscription implements FlvSink {
        private final Selection selection;
        private Runnable more;

        private Subscription(Selection selection) {
            this.selection = selection;
        }

        private boolean isOn() {
            return subscription == this && state == State.PLAYING;
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
        public ChosenTracks chosen() {
            return selection.of(chosen);
        }

        @Override
        public Framing framing() {
            return MessageLayout.FRAMING;
        }

        @Override
        public void start(Runnable again) {
            if (subscription == this) {
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
        public void busy() {
            if (subscription == this) {
                player.close(CloseReason.MEMORY, PlayDesk.FAILED,
                        "this edge shows as many streams as it has memory for");
            }
        }

        @Override
        public void lacksTrack(Tracks tracks) {
            if (subscription == this) {
                player.close(CloseReason.REFUSED, PlayDesk.FAILED, TrackParameter.lacks(stream, chosen, tracks));
            }
        }

        @Override
        public void end() {
            if (subscription == this) {
                RtmpViewer.this.end();
            }
        }
    }
}
