package io.millrace.platform.rtmp;

import io.millrace.media.rtmp.PlayChunks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;

/** One play of a connection, from the request to its end: what the application holds as its {@link Player}. */
final class RtmpPlayer implements Player {
    private static final Runnable NOTHING = () -> {};

    private final RtmpConnection connection;
    private final int streamId;
    private PlaySink sink;
    private Runnable whenOver = NOTHING;
    private boolean over;
    private boolean paused;
    private boolean audio = true;
    private boolean video = true;

    RtmpPlayer(RtmpConnection connection, int streamId) {
        this.connection = connection;
        this.streamId = streamId;
    }

    int streamId() {
        return streamId;
    }

    /** The application has accepted the play. If the play has ended meanwhile, the sink is notified immediately. */
    void accepted(PlaySink accepted) {
        sink = accepted;
        whenOver = NOTHING;
        if (over) {
            sink.ended();
        }
    }

    void writable() {
        if (sink != null) {
            sink.writable();
        }
    }

    void pause(boolean pause) {
        if (pause != paused) {
            paused = pause;
            sink.hold();
            resume();
        }
    }

    /** Selects tracks. A decoder lacks what it has not been sent, so a change restarts the play at a keyframe. */
    void tracks(boolean wantsAudio, boolean wantsVideo) {
        if (wantsAudio != audio || wantsVideo != video) {
            audio = wantsAudio;
            video = wantsVideo;
            sink.hold();
            resume();
        }
    }

    private void resume() {
        if (!paused && (audio || video)) {
            sink.resume(audio, video);
        }
    }

    /** Ends the play. Further calls have no effect. */
    void ended() {
        if (!over) {
            over = true;
            if (sink != null) {
                sink.ended();
            }
            whenOver.run();
            whenOver = NOTHING;
        }
    }

    @Override
    public EventExecutor loop() {
        return connection.loop();
    }

    @Override
    public boolean isOver() {
        return over;
    }

    @Override
    public void whenOver(Runnable task) {
        if (over) {
            task.run();
        } else {
            whenOver = task;
        }
    }

    @Override
    public void start() {
        if (!over) {
            connection.startPlay(this);
        }
    }

    @Override
    public boolean isWritable() {
        return !over && connection.isWritable();
    }

    /**
     * All players share the same bytes. Only a play on another message stream than the first of its connection gets a
     * copy.
     */
    @Override
    public void send(List<ByteBuf> messages) {
        if (over) {
            return;
        }
        if (streamId == PlayChunks.STREAM_ID) {
            connection.send(messages);
        } else {
            List<ByteBuf> readdressed = messages.stream()
                    .map(piece -> Unpooled.wrappedBuffer(PlayChunks.readdress(piece.nioBuffer(), streamId))).toList();
            connection.send(readdressed);
            readdressed.forEach(ByteBuf::release);
        }
    }

    @Override
    public void end() {
        if (!over) {
            connection.endPlay(streamId);
        }
    }

    @Override
    public void close(CloseReason reason, String code, String description) {
        if (!over) {
            connection.refuse(streamId, reason, code, description);
        }
    }
}
