package io.millrace.edge.flv;

import io.millrace.edge.audience.Viewers;
import io.millrace.edge.exchange.ApiError;
import io.millrace.edge.exchange.HeldRequest;
import io.millrace.edge.exchange.HttpOutput;
import io.millrace.edge.exchange.Json;
import io.millrace.edge.exchange.PlayAccess;
import io.millrace.edge.exchange.Query;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.exchange.TimeSpan;
import io.millrace.edge.exchange.WebSocketUpgrade;
import io.millrace.edge.fanout.FlvSource;
import io.millrace.edge.log.Requester;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.past.FlvPast;
import io.millrace.edge.view.PastRange;
import io.millrace.edge.view.TrackParameter;
import io.millrace.platform.access.AccessDecision;
import io.millrace.platform.access.AccessRequest;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.timeline.Tracks;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.InstantSource;
import java.util.Optional;

/** Serves HTTP-FLV and WebSocket-FLV. Thread-safe; called on event loops. */
public final class FlvEndpoint implements HttpOutput {
    private final PlayAccess access;
    private final StreamDirectory directory;
    private final FlvSource source;
    private final FlvPast past;
    private final InstantSource clock;
    private final Viewers viewers;
    private final EdgeMeters meters;

    public FlvEndpoint(PlayAccess access, StreamDirectory directory, FlvSource source, FlvPast past,
            InstantSource clock, Viewers viewers, EdgeMeters meters) {
        this.access = access;
        this.directory = directory;
        this.source = source;
        this.past = past;
        this.clock = clock;
        this.viewers = viewers;
        this.meters = meters;
    }

    @Override
    public boolean answer(Responder responder, String path, Query query) {
        Optional<String> stream = HttpOutput.streamOf(path, ".flv");
        stream.ifPresent(found -> watch(responder, found, query));
        return stream.isPresent();
    }

    @Override
    public Optional<Media> mediaAt(String path) {
        return HttpOutput.streamOf(path, ".flv").map(stream -> new Media(stream, AccessRequest.Protocol.FLV));
    }

    private void watch(Responder responder, String stream, Query query) {
        if (responder.request().requestsWebSocket() && WebSocketUpgrade.refuses(responder)) {
            return;
        }
        try {
            TrackChoice choice = TrackChoice.parse(query);
            access.permit(responder, AccessRequest.Protocol.FLV, stream,
                    allowed -> watch(new Watch(responder, allowed, choice), query));
        } catch (TrackChoice.UnreadableException e) {
            responder.error(HttpResponseStatus.BAD_REQUEST, "bad_parameter", e.getMessage());
        }
    }

    private void watch(Watch watch, Query query) {
        String stream = watch.stream();
        Optional<StreamEntry> entry = directory.newest(stream);
        if (entry.isEmpty() && directory.presence(stream) == StreamDirectory.Presence.EXPIRED) {
            watch.responder.error(HttpResponseStatus.GONE, ApiError.expired(stream + " is no longer retained", null),
                    _ -> {});
        } else if (entry.isEmpty() && TimeSpan.isIn(query)) {
            watch.unknown();
        } else if (entry.isEmpty()) {
            HeldRequest.<StreamEntry>await(watch.responder, StreamDirectory.ARRIVAL_MS,
                    found -> directory.await(stream, _ -> true, found),
                    // The directory may have read older epochs first.
                    arrived -> live(watch, directory.newest(stream).orElse(arrived)), watch::unknown);
        } else if (TimeSpan.isIn(query)) {
            watch.responder.inTurns(() -> rewind(watch, query));
        } else {
            live(watch, entry.get());
        }
    }

    private void live(Watch watch, StreamEntry entry) {
        if (entry.state() == StreamEntry.State.ENDED) {
            watch.responder.error(HttpResponseStatus.NOT_FOUND, "stream_ended", entry.stream() + " has ended");
        } else if (lacks(entry, watch.choice)) {
            watch.lacksTrack(Tracks.of(entry.session().tracks()));
        } else if (watch.responder.request().isHead()) {
            watch.sendHeaders();
        } else {
            join(watch);
        }
    }

    /** While the publisher is away, the tracks with which it will return are unknown. */
    private static boolean lacks(StreamEntry entry, TrackChoice choice) {
        Tracks tracks = Tracks.of(entry.session().tracks());
        return entry.state() == StreamEntry.State.LIVE && !tracks.isEmpty()
                && !TrackParameter.areIn(tracks, choice.chosen(), choice.kinds());
    }

    private void rewind(Watch watch, Query query) {
        try {
            TimeSpan span = TimeSpan.parse(query, clock.millis());
            watch.responder.then(
                    past.watchedBy(watch.requester()).find(watch.stream(), span.startMs(), span.endMs()),
                    range -> rewind(watch, span, range));
        } catch (TimeSpan.UnreadableException e) {
            watch.responder.error(HttpResponseStatus.BAD_REQUEST, "bad_parameter", e.getMessage());
        }
    }

    private void rewind(Watch watch, TimeSpan span, FlvPast.Range range) {
        TrackChoice choice = watch.choice;
        switch (range) {
            case FlvPast.Range.Playable playable when !TrackParameter.areIn(playable.tracks(), choice.chosen(),
                    choice.kinds()) ->
                watch.lacksTrack(playable.tracks());
            case FlvPast.Range.Playable playable when choice.kinds().of(playable.tracks().choose(choice.chosen()))
                    .isEmpty() ->
                watch.nothing();
            case FlvPast.Range.Playable _ when watch.responder.request().isHead() -> watch.sendHeaders();
            case FlvPast.Range.Playable playable -> play(watch, playable);
            // The range may begin with the newest media, which are not in the index yet.
            case FlvPast.Range.NotYet() when span.endMs() == PastRange.OPEN
                    && span.startMs() <= clock.millis() ->
                directory.newest(watch.stream()).ifPresentOrElse(entry -> live(watch, entry), watch::nothing);
            case FlvPast.Range.Withdrawn() ->
                watch.responder.error(HttpResponseStatus.GONE, ApiError.withdrawn(watch.stream()), _ -> {});
            case FlvPast.Range.NotYet(),FlvPast.Range.Nothing() -> watch.nothing();
            case FlvPast.Range.Expired(long availableFromMs) -> watch.responder.error(HttpResponseStatus.GONE,
                    ApiError.expired("this part of " + watch.stream() + " is no longer retained",
                            Json.time(availableFromMs)),
                    _ -> {});
        }
    }

    private void play(Watch watch, FlvPast.Range.Playable range) {
        viewer(watch, range.epoch().stream()).join(viewer -> past.watchedBy(watch.requester()).play(range, viewer),
                Responder.NO_LIMIT);
    }

    private void join(Watch watch) {
        String stream = watch.stream();
        viewer(watch, stream).join(viewer -> {
            source.join(stream, viewer);
            return () -> source.leave(stream, viewer);
        }, Responder.HOLD_MS);
    }

    private FlvViewer viewer(Watch watch, String stream) {
        ViewerTransport transport = watch.responder.request().requestsWebSocket()
                ? new WebSocketTransport(watch.responder, meters)
                : new ResponseTransport(watch.responder);
        var viewer = new FlvViewer(watch.responder, transport, stream, watch.choice, viewers, meters);
        if (watch.allowed.untilS() != AccessDecision.NO_END) {
            viewer.expiresIn(Math.max(0, watch.allowed.untilS() - clock.instant().getEpochSecond()));
        }
        return viewer;
    }

    /** A permitted request for a stream. */
    private record Watch(Responder responder, AccessDecision.Allowed allowed, TrackChoice choice) {
        String stream() {
            return allowed.stream().value();
        }

        Requester.One requester() {
            return responder.request().requester();
        }

        void sendHeaders() {
            responder.stream(ResponseTransport::setHeaders).end();
        }

        void lacksTrack(Tracks tracks) {
            FlvViewer.lacksTrack(responder, stream(), choice, tracks);
        }

        void unknown() {
            responder.error(HttpResponseStatus.NOT_FOUND, "stream_not_found", "there is no stream " + stream());
        }

        void nothing() {
            responder.error(HttpResponseStatus.NOT_FOUND, "nothing_to_show", stream() + " has no media in this range");
        }
    }
}
