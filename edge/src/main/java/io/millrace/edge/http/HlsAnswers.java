package io.millrace.edge.http;

import io.millrace.edge.EdgeMeters;
import io.millrace.edge.audience.Protocol;
import io.millrace.edge.feed.PastSource;
import io.millrace.edge.live.Directory;
import io.millrace.edge.live.SharedText;
import io.millrace.edge.live.Tracks;
import io.millrace.media.codec.CodecConfig;
import io.millrace.platform.log.StreamEntry;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Locale;
import java.util.stream.Collectors;

/** Answers that HLS gives in more than one place, with the statuses of the contract. Thread-safe. */
final class HlsAnswers {
    private static final String PLAYLIST = "application/vnd.apple.mpegurl";
    /** Live clients do not reload a multivariant playlist; others come soon after a new epoch. */
    private static final int MULTIVARIANT_MAX_AGE_S = 3;
    private static final int ENDED_MAX_AGE_S = 60;
    private static final int RETRY_AFTER_S = 2;

    private final Directory directory;
    private final PastSource past;
    private final EdgeMeters meters;

    HlsAnswers(Directory directory, PastSource past, EdgeMeters meters) {
        this.directory = directory;
        this.past = past;
        this.meters = meters;
    }

    void multivariant(Exchange exchange, SharedText text) {
        text(exchange, text, MULTIVARIANT_MAX_AGE_S);
    }

    void media(Exchange exchange, SharedText text, int targetDurationS, boolean ended) {
        text(exchange, text, ended ? ENDED_MAX_AGE_S : Math.max(1, targetDurationS / 2));
    }

    private void text(Exchange exchange, SharedText text, int maxAgeS) {
        meters.sent(Protocol.HLS, TextBody.send(exchange, text, PLAYLIST, "public, max-age=" + maxAgeS));
    }

    void absent(Exchange exchange, String stream, Directory.Presence presence) {
        switch (presence) {
            case EXPIRED -> expired(exchange, stream);
            case UNKNOWN, KNOWN -> notFound(exchange, "stream_not_found", "there is no stream " + stream);
        }
    }

    void notFound(Exchange exchange, String code, String message) {
        exchange.error(HttpResponseStatus.NOT_FOUND, code, message);
    }

    /** After it was held for something that did not come. */
    void nothingYet(Exchange exchange, String stream) {
        exchange.error(HttpResponseStatus.NOT_FOUND,
                ApiError.of("nothing_to_show_yet", stream + " has nothing to show yet"),
                headers -> headers.set(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_S));
    }

    /** HLS carries no codec of the stream: says which ones those are, and what plays them. */
    void notInHls(Exchange exchange, StreamEntry entry) {
        String stream = entry.stream();
        String codecs = entry.tracks().stream().map(HlsAnswers::codec).distinct().collect(Collectors.joining(", "));
        boolean isOver = entry.state() == StreamEntry.State.ENDED;
        String message = "HLS cannot carry the codecs of %s (%s); %s".formatted(stream, codecs, isOver
                ? "it has ended: write it to a file with ./millrace export"
                : "play /" + stream + ".flv, or rtmp://…/" + stream);
        exchange.error(HttpResponseStatus.NOT_FOUND, ApiError.notInHls(message, isOver ? null : "/" + stream + ".flv"),
                _ -> {});
    }

    private static String codec(StreamEntry.Track track) {
        return Tracks.config(track).map(CodecConfig::rfc6381).orElseGet(() -> track.codec().toLowerCase(Locale.ROOT));
    }

    void nothingToShow(Exchange exchange, String stream) {
        notFound(exchange, "nothing_to_show", stream + " showed nothing then");
    }

    /** Nothing between two times can be listed: because it is not retained any more, or because nothing was shown then. */
    void nothingWithin(Exchange exchange, String stream, long startMs, long endMs) {
        if (!directory.wasShown(stream, startMs, endMs)) {
            nothingToShow(exchange, stream);
            return;
        }
        exchange.then(past.readBy(exchange.asker()).availableFromMs(stream), from -> {
            if (from.isPresent() && from.getAsLong() < endMs) {
                nothingToShow(exchange, stream);
            } else {
                expired(exchange, stream);
            }
        });
    }

    void expired(Exchange exchange, String stream) {
        exchange.then(past.readBy(exchange.asker()).availableFromMs(stream),
                from -> exchange.error(HttpResponseStatus.GONE,
                        ApiError.expired("this part of " + stream + " is not kept any more",
                                from.isPresent() ? Json.time(from.getAsLong()) : null),
                        _ -> {}));
    }
}
