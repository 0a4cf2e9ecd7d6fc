package io.millrace.launcher.push;

import io.millrace.media.rtmp.MediaKind;
import io.millrace.platform.rtmp.RtmpClient;
import io.millrace.platform.rtmp.ServerTrust;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;

/** An accepted publish session as {@link PushJob} sees it. Confined to the job's thread. */
interface MediaSink extends AutoCloseable {
    /**
     * Sends one message; blocks while the network is slow.
     *
     * @param timestampMs from 0, rising for each kind
     * @param body an FLV tag body, given away
     * @throws IOException the session is over
     */
    void send(MediaKind kind, long timestampMs, ByteBuffer body) throws IOException;

    /** Ends the session in good order. */
    @Override
    void close();

    /** Opens a publish session. */
    interface Connector {
        /**
         * Returns once the server lets media in.
         *
         * @throws IOException no connection, or the server refuses; the message says which
         */
        MediaSink connect(URI url) throws IOException;
    }

    /** Publishes over RTMP, or RTMPS to a server that {@code trust} vouches for. */
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
