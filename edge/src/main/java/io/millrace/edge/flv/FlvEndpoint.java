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
                    allowed -> watch(responder, allowed, query, choice));
        } catch (TrackChoice.UnreadableException e) {
            responder.error(HttpResponseStatus.BAD_REQUEST, "bad_parameter", e.getMessage());
        }
    }

    private void watch(Responder responder, AccessDecision.Allowed allowed, Query query, TrackChoice choice) {
        String stream = allowed.stream().value();
        long untilS = allowed.untilS();
        Optional<StreamEntry> entry = directory.newest(stream);
        if (entry.isEmpty() && directory.presence(stream) == StreamDirectory.Presence.EXPIRED) {
            responder.error(HttpResponseStatus.GONE, ApiError.expired(stream + " is no longer retained", null),
                    _ -> {});
        } else if (entry.isEmpty() && TimeSpan.isIn(query)) {
            unknown(responder, stream);
        } else if (entry.isEmpty()) {
            HeldRequest.<StreamEntry>await(responder, StreamDirectory.ARRIVAL_MS,
                    found -> directory.await(stream, _ -> true, found),
                    // The directory may have read older epochs first.
                    arrived -> live(responder, directory.newest(stream).orElse(arrived), choice, untilS),
                    () -> unknown(responder, stream));
        } else if (TimeSpan.isIn(query)) {
            responder.inTurns(() -> rewind(responder, stream, query, choice, untilS));
        } else {
            live(responder, entry.get(), choice, untilS);
        }
    }

    private static void unknown(Responder responder, String stream) {
        responder.error(HttpResponseStatus.NOT_FOUND, "stream_not_found", "there is no stream " + stream);
    }

    private void live(Responder responder, StreamEntry entry, TrackChoice choice, long untilS) {
        if (entry.state() == StreamEntry.State.ENDED) {
            responder.error(HttpResponseStatus.NOT_FOUND, "stream_ended", entry.stream() + " has ended");
        } else if (lacks(entry, choice)) {
            FlvViewer.lacksTrack(responder, entry.stream(), choice, Tracks.of(entry.session().tracks()));
        } else if (responder.request().isHead()) {
            sendHeaders(responder);
        } else {
            join(responder, entry.stream(), choice, untilS);
        }
    }

    /** While the publisher is away, the tracks with which it will return are unknown. */
    private static boolean lacks(StreamEntry entry, TrackChoice choice) {
        Tracks tracks = Tracks.of(entry.session().tracks());
        return entry.state() == StreamEntry.State.LIVE && !tracks.isEmpty()
                && !TrackParameter.areIn(tracks, choice.chosen(), choice.kinds());
    }

    private void rewind(Responder responder, String stream, Query query, TrackChoice choice, long untilS) {
        try {
            TimeSpan span = TimeSpan.parse(query, clock.millis());
            responder.then(past.watchedBy(responder.request().requester()).find(stream, span.startMs(), span.endMs()),
                    range -> rewind(responder, stream, span, range, choice, untilS));
        } catch (TimeSpan.UnreadableException e) {
            responder.error(HttpResponseStatus.BAD_REQUEST, "bad_parameter", e.getMessage());
        }
    }

    private void rewind(Responder responder, String stream, TimeSpan span, FlvPast.Range range,
            TrackChoice choice, long untilS) {
        switch (range) {
            case FlvPast.Range.Playable playable when !TrackParameter.areIn(playable.tracks(), choice.chosen(),
                    choice.kinds()) ->
                FlvViewer.lacksTrack(responder, stream, choice, playable.tracks());
            case FlvPast.Range.Playable playable when choice.kinds().of(playable.tracks().choose(choice.chosen()))
                    .isEmpty() ->
                nothing(responder, stream);
            case FlvPast.Range.Playable _ when responder.request().isHead() -> sendHeaders(responder);
            case FlvPast.Range.Playable playable -> play(responder, playable, choice, untilS);
            // The range may begin with the newest media, which are not in the index yet.
            case FlvPast.Range.NotYet() when span.endMs() == PastRange.OPEN
                    && span.startMs() <= clock.millis() ->
                directory.newest(stream).ifPresentOrElse(
                        entry -> live(responder, entry, choice, untilS), () -> nothing(responder, stream));
            case FlvPast.Range.Withdrawn() ->
                responder.error(HttpResponseStatus.GONE, ApiError.withdrawn(stream), _ -> {});
            case FlvPast.Range.NotYet(),FlvPast.Range.Nothing() -> nothing(responder, stream);
            case FlvPast.Range.Expired(long availableFromMs) -> responder.error(HttpResponseStatus.GONE,
                    ApiError.expired("this part of " + stream + " is no longer retained", Json.time(availableFromMs)),
                    _ -> {});
        }
    }

    private static void nothing(Responder responder, String stream) {
        responder.error(HttpResponseStatus.NOT_FOUND, "nothing_to_show", stream + " has no media in this range");
    }

    private static void sendHeaders(Responder responder) {
        responder.stream(ResponseTransport::setHeaders).end();
    }

    private void play(Responder responder, FlvPast.Range.Playable range, TrackChoice choice, long untilS) {
        viewer(responder, range.epoch().stream(), choice, untilS).join(
                viewer -> past.watchedBy(responder.request().requester()).play(range, viewer), Responder.NO_LIMIT);
    }

    private void join(Responder responder, String stream, TrackChoice choice, long untilS) {
        viewer(responder, stream, choice, untilS).join(viewer -> {
            source.join(stream, viewer);
            return () -> source.leave(stream, viewer);
        }, Responder.HOLD_MS);
    }

    /** @param untilS when the viewer's permission expires, as in {@link AccessDecision.Allowed} */
    private FlvViewer viewer(Responder responder, String stream, TrackChoice choice, long untilS) {
        ViewerTransport transport = responder.request().requestsWebSocket()
                ? new WebSocketTransport(responder, meters)
                : new ResponseTransport(responder);
        var viewer = new FlvViewer(responder, transport, stream, choice, viewers, meters);
        if (untilS != AccessDecision.NO_END) {
            viewer.expiresIn(Math.max(0, untilS - clock.instant().getEpochSecond()));
        }
        return viewer;
    }
}
