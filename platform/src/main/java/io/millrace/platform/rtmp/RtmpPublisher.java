package io.millrace.platform.rtmp;

import io.millrace.media.rtmp.MediaKind;
import io.millrace.media.rtmp.PublishClock;
import io.millrace.media.rtmp.ServerEvent;
import io.millrace.platform.publish.PublishEnd;
import io.millrace.platform.publish.PublishSink;
import io.millrace.platform.publish.Publisher;
import java.util.concurrent.Executor;

/**
 * One publish of a connection, from the request to its end: what the application holds as its {@link Publisher}.
 *
 * <p>The methods of {@link Publisher} are thread-safe; all others are confined to the event loop.
 */
final class RtmpPublisher implements Publisher {
    private final RtmpConnection connection;
    private final int streamId;
    private final boolean knowsReconnect;
    private final PublishClock clock = new PublishClock();
    private boolean paused;
    private PublishSink sink;
    private PublishSink.End end;
    private String detail;

    RtmpPublisher(RtmpConnection connection, int streamId, boolean knowsReconnect) {
        this.connection = connection;
        this.streamId = streamId;
        this.knowsReconnect = knowsReconnect;
    }

    int streamId() {
        return streamId;
    }

    boolean isOver() {
        return end != null;
    }

    /** Returns whether this publish stops the connection from being read. */
    boolean isPaused() {
        return paused;
    }

    /**
     * The application has accepted the publish. If the publish has ended meanwhile, the sink is notified immediately.
     */
    void accepted(PublishSink accepted) {
        sink = accepted;
        if (isOver()) {
            sink.ended(end, detail);
        }
    }

    void message(ServerEvent.Media media) {
        sink.message(kind(media.kind()), clock.unwrapMs(media.kind(), media.timestamp()), media.body());
    }

    /** Ends the publish. Further calls have no effect. */
    void ended(PublishSink.End how, String why) {
        if (isOver()) {
            return;
        }
        end = how;
        detail = why;
        if (sink != null) {
            sink.ended(how, why);
        }
    }

    @Override
    public Executor loop() {
        return connection.loop();
    }

    @Override
    public void pauseReading() {
        pause(true);
    }

    @Override
    public void resumeReading() {
        pause(false);
    }

    private void pause(boolean pause) {
        connection.execute(() -> {
            if (!isOver()) {
                paused = pause;
                connection.switchReading();
            }
        });
    }

    @Override
    public boolean knowsReconnect() {
        return knowsReconnect;
    }

    @Override
    public void requestReconnect(String description) {
        connection.execute(() -> {
            if (knowsReconnect && !isOver()) {
                connection.requestReconnect(description);
            }
        });
    }

    @Override
    public void close(PublishEnd why, String description) {
        connection.execute(() -> {
            if (!isOver()) {
                connection.refuse(streamId, PublishStatus.of(why), description);
            }
        });
    }

    private static PublishSink.Kind kind(MediaKind kind) {
        return switch (kind) {
            case AUDIO -> PublishSink.Kind.AUDIO;
            case VIDEO -> PublishSink.Kind.VIDEO;
            case DATA -> PublishSink.Kind.DATA;
        };
    }
}
