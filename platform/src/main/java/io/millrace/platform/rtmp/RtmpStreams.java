package io.millrace.platform.rtmp;

import io.millrace.media.StreamName;
import io.millrace.media.rtmp.ServerEvent;
import io.millrace.media.rtmp.ServerSession;
import io.millrace.platform.access.AccessRequest;
import io.millrace.platform.publish.PublishAnswer;
import io.millrace.platform.publish.PublishEnd;
import io.millrace.platform.publish.PublishSink;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.event.Level;

/**
 * The requested and running publishes and plays of one {@link RtmpConnection}, by message stream. Passes the peer's
 * requests to the application, and the application's decisions to the connection. Confined to the event loop.
 */
final class RtmpStreams {
    private final RtmpConnection connection;
    private final RtmpApplication application;
    private final ServerSession session;
    private final ConnectionLog log;
    private final Map<Integer, RtmpPublisher> publishers = new HashMap<>();
    private final Map<Integer, RtmpPlayer> players = new HashMap<>();

    RtmpStreams(RtmpConnection connection, RtmpApplication application, ServerSession session, ConnectionLog log) {
        this.connection = connection;
        this.application = application;
        this.session = session;
        this.log = log;
    }

    /** Passes a publish request to the application. The connection goes on with other events until it is answered. */
    void publish(ServerEvent.PublishRequested requested) {
        int streamId = requested.streamId();
        Optional<String> problem = StreamName.problem(requested.path());
        if (problem.isPresent()) {
            connection.refuse(streamId, PublishStatus.of(PublishEnd.DENIED), problem.get());
            return;
        }
        RtmpPublisher publisher = new RtmpPublisher(connection, streamId, session.knowsReconnect());
        publishers.put(streamId, publisher);
        var request = new AccessRequest(AccessRequest.Action.PUBLISH, new StreamName(requested.path()),
                requested.query(), source(requested.client(), requested.tcUrl()));
        application.publish(request, publisher)
                .whenComplete((answer, failure) -> connection.execute(() -> answered(publisher, answer, failure)));
    }

    /** @param answer null if the application failed because of a bug, {@code failure} */
    private void answered(RtmpPublisher publisher, PublishAnswer answer, Throwable failure) {
        if (answer instanceof PublishAnswer.Accepted(PublishSink sink)) {
            publisher.accepted(sink);
        }
        if (publisher.isOver()) {
            return;
        }
        int streamId = publisher.streamId();
        switch (answer) {
            case null -> {
                log.write(Level.ERROR, "a publish request failed because of a bug", failure);
                connection.refuse(streamId, PublishStatus.of(PublishEnd.INTERNAL_ERROR), "internal server error");
            }
            case PublishAnswer.Refused(PublishEnd why, String description) ->
                connection.refuse(streamId, PublishStatus.of(why), description);
            case PublishAnswer.Accepted _ when !session.reserveMemory() -> connection.refuse(streamId,
                    CloseReason.MEMORY, PublishStatus.DENIED,
                    "this server has no memory for another publisher; try again later");
            case PublishAnswer.Accepted _ -> connection.startPublish(streamId);
        }
    }

    /** Passes a play request to the application. The connection goes on with other events until it is answered. */
    void play(ServerEvent.PlayRequested requested) {
        int streamId = requested.streamId();
        Optional<String> problem = StreamName.problem(requested.path());
        if (problem.isPresent()) {
            connection.refuse(streamId, CloseReason.REFUSED, "NetStream.Play.StreamNotFound", problem.get());
            return;
        }
        RtmpPlayer player = new RtmpPlayer(connection, streamId);
        players.put(streamId, player);
        var access = new AccessRequest(AccessRequest.Action.PLAY, new StreamName(requested.path()), requested.query(),
                source(requested.client(), requested.tcUrl()));
        application.play(new PlayRequest(access, requested.fourCcs(), requested.durationMs()), player)
                .whenComplete((answer, failure) -> connection.execute(() -> answered(player, answer, failure)));
    }

    /** @param answer null if the application failed with {@code failure} */
    private void answered(RtmpPlayer player, PlayAnswer answer, Throwable failure) {
        if (answer instanceof PlayAnswer.Accepted(PlaySink sink)) {
            player.accepted(sink);
        }
        if (player.isOver()) {
            return;
        }
        switch (answer) {
            case null -> {
                log.write(Level.ERROR, "a play request failed because of a bug", failure);
                connection.refuse(player.streamId(), CloseReason.INTERNAL_ERROR, "NetStream.Play.Failed",
                        "internal server error");
            }
            case PlayAnswer.Refused(String code, String description) ->
                connection.refuse(player.streamId(), CloseReason.REFUSED, code, description);
            case PlayAnswer.Accepted _ -> connection.accepted();
        }
    }

    private AccessRequest.Source source(String client, String tcUrl) {
        return new AccessRequest.Source(AccessRequest.Protocol.RTMP, log.address(), client, tcUrl);
    }

    /** Passes media to the sink of its publish. */
    void message(ServerEvent.Media media) {
        publishers.get(media.streamId()).message(media);
    }

    /** Returns the play on a message stream. */
    RtmpPlayer player(int streamId) {
        return players.get(streamId);
    }

    /** Returns whether any publisher has stopped reading from the socket. */
    boolean isPaused() {
        return publishers.values().stream().anyMatch(RtmpPublisher::isPaused);
    }

    /** Called when the socket has become writable again. */
    void writable() {
        List.copyOf(players.values()).forEach(RtmpPlayer::writable);
    }

    /** Ends all publishes and plays, because the connection ends. */
    void endAll(CloseReason reason, String detail) {
        boolean peerLeft = reason == CloseReason.IDLE || reason == CloseReason.PEER_CLOSED;
        PublishSink.End end = peerLeft ? PublishSink.End.DISCONNECTED : PublishSink.End.CLOSED_BY_SERVER;
        List.copyOf(publishers.keySet()).forEach(streamId -> endPublisher(streamId, end, detail));
        List.copyOf(players.keySet()).forEach(this::endPlayer);
    }

    /** Ends a publish, also one that has only been requested. Has no effect if it has ended. */
    void endPublisher(int streamId, PublishSink.End end, String detail) {
        RtmpPublisher publisher = publishers.remove(streamId);
        if (publisher != null) {
            publisher.ended(end, detail);
            connection.switchReading();
        }
    }

    /** Ends a play, also one that has only been requested. Has no effect if it has ended. */
    void endPlayer(int streamId) {
        RtmpPlayer player = players.remove(streamId);
        if (player != null) {
            player.ended();
        }
    }
}
