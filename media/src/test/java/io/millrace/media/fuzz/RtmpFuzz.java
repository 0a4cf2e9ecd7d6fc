package io.millrace.media.fuzz;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.rtmp.ServerEvent;
import io.millrace.media.rtmp.ServerSession;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** A connection from its first byte; the first byte of the input determines how it is split. Run by Jazzer. */
public final class RtmpFuzz {
    private static final int HANDSHAKE_BYTES = 1 + 2 * 1536;

    private RtmpFuzz() {}

    /** Whole connections, as an unauthenticated peer may send them. */
    public static final class Connection {
        private Connection() {}

        public static void fuzzerTestOneInput(byte[] input) {
            run(new ServerSession(new SplittableRandom(1)), input);
        }
    }

    /** Input after the handshake: chunks, control messages, commands in AMF, media. */
    public static final class Chunks {
        private static final byte[] HANDSHAKE = new byte[HANDSHAKE_BYTES];

        static {
            HANDSHAKE[0] = 3;
        }

        private Chunks() {}

        public static void fuzzerTestOneInput(byte[] input) {
            ServerSession session = new ServerSession(new SplittableRandom(1));
            session.next(ByteBuffer.wrap(HANDSHAKE));
            run(session, input);
        }
    }

    private static void run(ServerSession session, byte[] input) {
        if (input.length == 0) {
            return;
        }
        int piece = Math.max(1, input[0] & 0xFF);
        try {
            for (int at = 1; at < input.length; at += piece) {
                ByteBuffer in = ByteBuffer.wrap(input, at, Math.min(piece, input.length - at));
                for (ServerEvent event = session.next(in); event != null; event = session.next(in)) {
                    answer(session, event);
                }
                if (in.hasRemaining()) {
                    throw new IllegalStateException(in.remaining() + " bytes are left");
                }
                session.takeOutput();
            }
        } catch (MediaException fault) {
            // The exception ends the connection.
        }
    }

    private static void answer(ServerSession session, ServerEvent event) {
        switch (event) {
            case ServerEvent.PublishRequested request when request.query().isEmpty() ->
                session.acceptPublish(request.streamId());
            case ServerEvent.PublishRequested request ->
                session.end(request.streamId(), "NetStream.Publish.Denied", "no");
            case ServerEvent.PlayRequested request when request.query().isEmpty() ->
                session.acceptPlay(request.streamId());
            case ServerEvent.PlayRequested request -> session.end(request.streamId(), "NetStream.Play.Failed", "no");
            case ServerEvent.Media media -> BodyFuzz.parse(media.body());
            case ServerEvent.Unpublished _,ServerEvent.PlayPaused _,ServerEvent.PlayTracks _,ServerEvent.PlayStopped _,ServerEvent.Refused _,ServerEvent.PassedOver _ ->
                {
                }
        }
    }
}
