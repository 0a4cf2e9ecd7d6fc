package io.millrace.tools.push;

import io.millrace.media.rtmp.MediaKind;
import io.millrace.platform.rtmp.RtmpClient;
import io.millrace.platform.rtmp.ServerTrust;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;

/** An accepted publish session. Confined to the job's thread, except for {@link #close}. */
public interface MediaSink extends AutoCloseable {
    /**
     * Sends one message. Blocks while the network is slow.
     *
     * @param timestampMs timestamp from 0, increasing for each kind
     * @param body an FLV tag body; the callee takes ownership
     * @throws IOException if the session has ended
     */
    void send(MediaKind kind, long timestampMs, ByteBuffer body) throws IOException;

    /**
     * Ends the session, in good order unless a {@link #send} is blocked, which then fails. Thread-safe; further calls
     * have no effect.
     */
    @Override
    void close();

    /** Opens a publish session. */
    interface Connector {
        /**
         * Returns when the server accepts media.
         *
         * @throws IOException if the connection fails or the server rejects the publish; the message says which
         */
        MediaSink connect(URI url) throws IOException;
    }

    /** Publishes over RTMP, or over RTMPS to a server whose certificate {@code trust} accepts. */
    static Connector rtmp(ServerTrust trust) {
        return url -> sink(RtmpClient.publish(url, trust));
    }

    private static MediaSink sink(RtmpClient client) {
        return new MediaSink() {
            @Override
            public void send(MediaKind kind, long timestampMs, ByteBuffer body) throws IOException {
                client.send(kind, timestampMs, body);
            }

            @Override
            public void close() {
                client.close();
            }
        };
    }
}
