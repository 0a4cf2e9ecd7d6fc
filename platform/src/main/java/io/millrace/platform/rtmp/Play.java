package io.millrace.platform.rtmp;

import io.millrace.media.rtmp.PlayChunks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;

/** One play of a connection, from the request to its end: what the application holds as its {@link Player}. */
final class Play implements Player {
    private final RtmpHandler connection;
    private final int streamId;
    private PlaySink sink;
    private boolean over;
    private boolean paused;
    private boolean audio = true;
    private boolean video = true;

    Play(RtmpHandler connection, int streamId) {
        this.connection = connection;
        this.streamId = streamId;
    }

    int streamId() {
        return streamId;
    }

    void accepted(PlaySink accepted) {
        sink = accepted;
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
            goOn();
        }
    }

    /** What was not wanted is in no decoder: where that changes, all begins again. */
    void tracks(boolean wantsAudio, boolean wantsVideo) {
        if (wantsAudio != audio || wantsVideo != video) {
            audio = wantsAudio;
            video = wantsVideo;
            sink.hold();
            goOn();
        }
    }

    private void goOn() {
        if (!paused && (audio || video)) {
            sink.goOn(audio, video);
        }
    }

    /** Only the first end counts. */
    void ended() {
        if (!over) {
            over = true;
            if (sink != null) {
                sink.ended();
            }
        }
    }

    @Override
    public EventExecutor loop() {
        return connection.loop();
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

    /** All players get the same bytes, but for what they have on streams beside the first. */
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
            connection.endPlay(this);
        }
    }

    @Override
    public void close(CloseReason reason, String code, String description) {
        if (!over) {
            connection.refuse(streamId, reason, code, description);
        }
    }
}
