package io.millrace.edge.hls;

import io.millrace.edge.exchange.ApiError;
import io.millrace.edge.exchange.HeldRequest;
import io.millrace.edge.exchange.Json;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.exchange.TextBody;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.Protocol;
import io.millrace.edge.past.PastSource;
import io.millrace.edge.view.Lineup;
import io.millrace.edge.view.RenditionFiles;
import io.millrace.edge.view.SharedText;
import io.millrace.media.codec.CodecConfig;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import io.millrace.platform.timeline.Tracks;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The responses that the outputs from the index share: HLS and DASH, live and past. Thread-safe. */
public final class HlsResponses {
    private static final String MPD = "application/dash+xml";
    private static final String PLAYLIST = "application/vnd.apple.mpegurl";
    /** Live players do not reload a multivariant playlist; new players must see a new epoch soon. */
    private static final int MULTIVARIANT_MAX_AGE_S = 3;
    private static final int ENDED_MAX_AGE_S = 60;
    private static final int RETRY_AFTER_S = 2;
    /** How many target durations a playlist as of one part may be cached (protocols.md 7.2). */
    private static final int FIXED_TARGET_DURATIONS = 6;

    private final StreamDirectory directory;
    private final PastSource past;
    private final Protocol protocol;
    private final EdgeMeters meters;

    public HlsResponses(StreamDirectory directory, PastSource past, Protocol protocol, EdgeMeters meters) {
        this.protocol = protocol;
        this.directory = directory;
        this.past = past;
        this.meters = meters;
    }

    void multivariant(Responder responder, SharedText text) {
        text(responder, text, MULTIVARIANT_MAX_AGE_S);
    }

    /**
     * Sends a media playlist.
     *
     * @param targetDurationS EXT-X-TARGETDURATION; a playlist that has not ended may be cached for half of it
     */
    void media(Responder responder, SharedText text, int targetDurationS, boolean ended) {
        text(responder, text, ended ? ENDED_MAX_AGE_S : Math.max(1, targetDurationS / 2));
    }

    /** Sends the MPD of a live stream, which may be cached for half of the target duration, or of one that has ended. */
    public void mpd(Responder responder, SharedText text, int targetDurationS, boolean ended) {
        int maxAgeS = ended ? ENDED_MAX_AGE_S : Math.max(1, targetDurationS / 2);
        meters.sent(protocol, TextBody.send(responder, text, MPD, "public, max-age=" + maxAgeS));
    }

    /** Sends a media playlist as of one part, which never changes. */
    void fixed(Responder responder, SharedText text, int targetDurationS) {
        text(responder, text, FIXED_TARGET_DURATIONS * targetDurationS);
    }

    /** Answers a request that was held for a part for too long, or until the edge is about to shut down. */
    void notListed(Responder responder, String stream) {
        responder.error(HttpResponseStatus.SERVICE_UNAVAILABLE,
                ApiError.of("not_listed_in_time", stream + " did not continue in time, try again"),
                headers -> headers.set(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_S));
    }

    /** Answers a request with malformed directives, or for a part that is too far ahead. */
    void badReload(Responder responder, String message) {
        responder.error(HttpResponseStatus.BAD_REQUEST, "bad_request", message);
    }

    private void text(Responder responder, SharedText text, int maxAgeS) {
        meters.sent(protocol, TextBody.send(responder, text, PLAYLIST, "public, max-age=" + maxAgeS));
    }

    /** Answers a request for something that is not in the directory. */
    public void absent(Responder responder, String stream, StreamDirectory.Presence presence) {
        switch (presence) {
            case EXPIRED -> expired(responder, stream);
            case UNKNOWN, KNOWN -> notFound(responder, "stream_not_found", "there is no stream " + stream);
        }
    }

    /**
     * Continues once the directory has an entry. Another edge may know it already, so a request for an entry that this
     * edge does not know is held; one for an entry that has expired is answered.
     *
     * @param presence whether the directory has it
     * @param wanted the entry to wait for
     */
    public void whenKnown(Responder responder, String stream, StreamDirectory.Presence presence,
            Predicate<StreamEntry> wanted, Runnable onArrival) {
        switch (presence) {
            case EXPIRED -> absent(responder, stream, presence);
            case UNKNOWN, KNOWN -> HeldRequest.<StreamEntry>await(responder, StreamDirectory.ARRIVAL_MS,
                    found -> directory.await(stream, wanted, found), _ -> onArrival.run(),
                    () -> absent(responder, stream, presence));
        }
    }

    public void notFound(Responder responder, String code, String message) {
        responder.error(HttpResponseStatus.NOT_FOUND, code, message);
    }

    /** Answers a request that was held for something that did not arrive. */
    public void nothingYet(Responder responder, String stream) {
        responder.error(HttpResponseStatus.NOT_FOUND,
                ApiError.of("nothing_to_show_yet", stream + " has nothing to show yet"),
                headers -> headers.set(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_S));
    }

    /**
     * Answers a request for the tracks of an epoch in a form that it does not have: no output of HLS carries a codec of
     * the stream, or MPEG-TS carries none, or there is no such track.
     *
     * @param rendition the rendition that was requested; null for any
     */
    public void without(Responder responder, StreamEntry entry, RenditionId rendition) {
        if (Lineup.isImpossible(entry)) {
            notInHls(responder, entry);
        } else if (rendition == null || rendition.format() == Format.TS) {
            String watchAt = "/" + entry.stream() + ".m3u8";
            String message = "MPEG-TS cannot carry the codecs of %s (%s); play %s".formatted(entry.stream(),
                    codecs(entry), watchAt);
            responder.error(HttpResponseStatus.NOT_FOUND, ApiError.notInTs(message, watchAt), _ -> {});
        } else {
            notFound(responder, "track_not_found",
                    entry.stream() + " has no track " + new RenditionFiles(rendition).name());
        }
    }

    /** Answers a request for a stream none of whose codecs HLS can carry. The message names them and an alternative. */
    private void notInHls(Responder responder, StreamEntry entry) {
        String stream = entry.stream();
        boolean isOver = entry.state() == StreamEntry.State.ENDED;
        String message = "HLS cannot carry the codecs of %s (%s); %s".formatted(stream, codecs(entry), isOver
                ? "it has ended: export it to a file with ./millrace export"
                : "play /" + stream + ".flv, or rtmp://…/" + stream);
        responder.error(HttpResponseStatus.NOT_FOUND, ApiError.notInHls(message, isOver ? null : "/" + stream + ".flv"),
                _ -> {});
    }

    private static String codecs(StreamEntry entry) {
        return entry.session().tracks().stream().map(HlsResponses::codec).distinct().collect(Collectors.joining(", "));
    }

    private static String codec(Track track) {
        return Tracks.config(track).map(CodecConfig::rfc6381).orElseGet(() -> track.codec().toLowerCase(Locale.ROOT));
    }

    /** Answers a request for a time or range in which the stream had no media. */
    public void nothingToShow(Responder responder, String stream) {
        notFound(responder, "nothing_to_show", stream + " has no media at this time");
    }

    /** Answers a request for a range without a retained segment: it has expired, or the stream had no media in it. */
    public void nothingWithin(Responder responder, String stream, long startMs, long endMs) {
        if (!directory.wasShown(stream, startMs, endMs)) {
            nothingToShow(responder, stream);
            return;
        }
        if (directory.withdrawals(stream).overlap(startMs, endMs)) {
            withdrawn(responder, stream);
            return;
        }
        responder.then(past.readBy(responder.request().requester()).availableFromMs(stream), from -> {
            if (from.isPresent() && from.getAsLong() < endMs) {
                nothingToShow(responder, stream);
            } else {
                expired(responder, stream);
            }
        });
    }

    /** Answers a request for media that the operator has withdrawn. */
    void withdrawn(Responder responder, String stream) {
        responder.error(HttpResponseStatus.GONE, ApiError.withdrawn(stream), _ -> {});
    }

    /** Answers with 410 and the earliest time that is still retained. */
    public void expired(Responder responder, String stream) {
        responder.then(past.readBy(responder.request().requester()).availableFromMs(stream),
                from -> responder.error(HttpResponseStatus.GONE,
                        ApiError.expired("this part of " + stream + " is no longer retained",
                                from.isPresent() ? Json.time(from.getAsLong()) : null),
                        _ -> {}));
    }
}
