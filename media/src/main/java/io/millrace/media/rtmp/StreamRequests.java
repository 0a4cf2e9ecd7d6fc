package io.millrace.media.rtmp;

import io.millrace.media.rtmp.ServerEvent.PassedOver.What;
import java.util.Optional;
import java.util.Queue;

/**
 * Publishes and plays on the message streams of a connected peer, from the peer's request to its end: changes the
 * stream's use, replies to the peer, and adds the event for the caller of the session.
 *
 * <p>Confined to one thread.
 */
final class StreamRequests {
    private final MessageStreams streams;
    private final MessageLink link;
    private final RtmpLimits limits;
    private final Queue<ServerEvent> events;

    StreamRequests(MessageStreams streams, MessageLink link, RtmpLimits limits, Queue<ServerEvent> events) {
        this.streams = streams;
        this.link = link;
        this.limits = limits;
        this.events = events;
    }

    /** Returns the refusal that ends the connection, or empty if the connection continues. */
    Optional<ServerEvent.Refused> publish(PeerRequest.Publish request, ConnectRequest connect) {
        StreamPath path = StreamPath.of(connect, request.name());
        NetStream stream = streams.get(request.streamId());
        Optional<String> problem = problem(stream, path, "publish");
        if (problem.isPresent()) {
            return refuse(request.streamId(), "NetStream.Publish.Denied", problem.get());
        }
        stream.requestPublish(request.name());
        events.add(new ServerEvent.PublishRequested(stream.id(), path.path(), path.query(), connect.client(),
                connect.tcUrl()));
        return Optional.empty();
    }

    /** Returns the refusal that ends the connection, or empty if the connection continues. */
    Optional<ServerEvent.Refused> play(PeerRequest.Play request, ConnectRequest connect) {
        StreamPath path = StreamPath.of(connect, request.name());
        NetStream stream = streams.get(request.streamId());
        if (stream != null && stream.use() == NetStream.Use.PLAYING) {
            // The player switches to another stream on the same message stream.
            stream.end();
            events.add(new ServerEvent.PlayStopped(stream.id()));
        }
        Optional<String> problem = problem(stream, path, "play");
        if (problem.isPresent()) {
            return refuse(request.streamId(), "NetStream.Play.Failed", problem.get());
        }
        stream.requestPlay(request.name(), request.resets());
        events.add(new ServerEvent.PlayRequested(stream.id(), path.path(), path.query(), connect.client(),
                connect.tcUrl(), connect.fourCcs(), request.durationMs()));
        return Optional.empty();
    }

    /** @param stream null if it is not open */
    private Optional<String> problem(NetStream stream, StreamPath path, String command) {
        if (stream == null) {
            return Optional.of(command + " must be sent on a stream that createStream returned");
        }
        if (stream.isUsed()) {
            return Optional.of("this message stream is already in use; open another one with createStream");
        }
        return path.problem(limits.names());
    }

    /** Tells the peer that its request is invalid. Other streams of the connection are not affected. */
    private Optional<ServerEvent.Refused> refuse(int streamId, String code, String problem) {
        link.send(MessageLink.STREAM, Replies.failed(streamId, code, problem));
        return streams.isAnyUsed() ? Optional.empty() : Optional.of(new ServerEvent.Refused(code, problem));
    }

    void acceptPublish(NetStream stream) {
        stream.acceptPublish();
        stream.takeEarly(events);
        begin(stream);
        link.send(MessageLink.STREAM, Replies.publishStarted(stream.id(), stream.name()));
    }

    void acceptPlay(NetStream stream) {
        stream.acceptPlay();
        begin(stream);
        if (stream.resets()) {
            status(stream, "NetStream.Play.Reset", "Playback was reset.");
        }
        link.send(MessageLink.STREAM, Replies.playStarted(stream.id(), stream.name()));
        link.send(MessageLink.STREAM, Replies.sampleAccess(stream.id()));
    }

    private void begin(NetStream stream) {
        link.send(MessageLink.CONTROL,
                new RtmpMessage.UserControl(RtmpMessage.UserControl.STREAM_BEGIN, stream.id()));
    }

    /** Tells the peer that its publish, play or request has failed, and ends it. */
    void fail(NetStream stream, String code, String description) {
        link.send(MessageLink.STREAM, Replies.failed(stream.id(), code, description));
        end(stream);
    }

    /** Tells the player that the stream has ended, and ends the play. */
    void endPlay(NetStream stream) {
        status(stream, "NetStream.Play.UnpublishNotify", "The stream has ended.");
        link.send(MessageLink.CONTROL, new RtmpMessage.UserControl(RtmpMessage.UserControl.STREAM_EOF, stream.id()));
        status(stream, "NetStream.Play.Stop", "Stopped.");
        end(stream);
    }

    private void end(NetStream stream) {
        stream.end();
        events.removeIf(event -> event instanceof ServerEvent.Media media && media.streamId() == stream.id());
    }

    /** Routes media to its publish. */
    void media(RtmpMessage.Media media) {
        // Some hardware encoders send metadata on the message stream of the connection. It is assigned to the published
        // stream if there is exactly one.
        NetStream stream = media.streamId() == RtmpMessage.CONNECTION
                ? streams.onlyPublish().orElse(null)
                : streams.get(media.streamId());
        if (stream == null || !stream.isPublish()) {
            events.add(new ServerEvent.PassedOver(What.MEDIA_WITHOUT_PUBLISH));
            return;
        }
        var event = new ServerEvent.Media(stream.id(), media.kind(), media.timestamp(), media.body());
        if (stream.use() == NetStream.Use.PUBLISHING) {
            events.add(event);
        } else if (!stream.hold(event, limits)) {
            events.add(new ServerEvent.PassedOver(What.MEDIA_WITHOUT_MEMORY));
        }
    }

    void pause(int streamId, boolean paused) {
        playing(streamId).ifPresent(stream -> {
            if (paused) {
                status(stream, "NetStream.Pause.Notify", "Paused.");
            } else {
                status(stream, "NetStream.Unpause.Notify", "Playback continues at the live position.");
            }
            events.add(new ServerEvent.PlayPaused(streamId, paused));
        });
    }

    /** A live stream has only the live position, so a seek changes nothing. */
    void seek(int streamId) {
        playing(streamId)
                .ifPresent(stream -> status(stream, "NetStream.Seek.Notify", "Live streams cannot seek."));
    }

    void receiveAudio(int streamId, boolean wanted) {
        playing(streamId).ifPresent(stream -> {
            stream.wantAudio(wanted);
            events.add(new ServerEvent.PlayTracks(streamId, stream.wantsAudio(), stream.wantsVideo()));
        });
    }

    void receiveVideo(int streamId, boolean wanted) {
        playing(streamId).ifPresent(stream -> {
            stream.wantVideo(wanted);
            events.add(new ServerEvent.PlayTracks(streamId, stream.wantsAudio(), stream.wantsVideo()));
        });
    }

    private Optional<NetStream> playing(int streamId) {
        return Optional.ofNullable(streams.get(streamId)).filter(stream -> stream.use() == NetStream.Use.PLAYING);
    }

    /** Ends the publish with that name, or the only publish if no name matches. */
    void unpublish(String name) {
        streams.used().stream().filter(NetStream::isPublish).filter(stream -> stream.name().equals(name)).findFirst()
                .or(streams::onlyPublish).ifPresent(stream -> close(stream.id()));
    }

    /** Ends the publish, play or request of a stream because the peer asked for it. */
    void close(int streamId) {
        NetStream stream = streams.get(streamId);
        if (stream == null) {
            return;
        }
        switch (stream.use()) {
            case NONE -> {
            }
            case PUBLISH_REQUESTED, PUBLISHING -> {
                link.send(MessageLink.STREAM, Replies.unpublished(streamId));
                events.add(new ServerEvent.Unpublished(streamId));
            }
            case PLAY_REQUESTED, PLAYING -> {
                status(stream, "NetStream.Play.Stop", "Stopped.");
                events.add(new ServerEvent.PlayStopped(streamId));
            }
        }
        stream.end();
    }

    void closeAll() {
        streams.used().forEach(stream -> close(stream.id()));
    }

    void delete(int streamId) {
        close(streamId);
        streams.delete(streamId);
    }

    void deleteAll() {
        streams.all().forEach(stream -> delete(stream.id()));
    }

    private void status(NetStream stream, String code, String description) {
        link.send(MessageLink.STREAM, Replies.status(stream.id(), code, description));
    }
}
