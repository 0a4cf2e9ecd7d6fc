package io.millrace.edge.dash;

import io.millrace.edge.exchange.Query;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.exchange.TimeSpan;
import io.millrace.edge.hls.HeldView;
import io.millrace.edge.hls.HlsAudience;
import io.millrace.edge.hls.HlsEndpoint;
import io.millrace.edge.hls.HlsResponses;
import io.millrace.edge.past.PastSource;
import io.millrace.edge.past.PastSource.MpdAnswer;
import io.millrace.edge.view.EpochView;
import io.millrace.edge.view.Lineup;
import io.millrace.edge.view.PastRange;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Moment;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Serves MPDs of a time range, with the segments that HLS lists for the same range. The URL of the stream selects the
 * epochs and makes relative times absolute; it leads to the URL of the epochs, from which players load updates.
 * Thread-safe; called on event loops.
 */
final class PastDash {
    private final StreamDirectory directory;
    private final HlsEndpoint.Log log;
    private final HlsAudience audience;
    private final HlsResponses responses;
    private final InstantSource clock;

    PastDash(StreamDirectory directory, HlsEndpoint.Log log, HlsAudience audience, HlsResponses responses,
            InstantSource clock) {
        this.directory = directory;
        this.log = log;
        this.audience = audience;
        this.responses = responses;
        this.clock = clock;
    }

    /** Redirects to the MPD of the range that the query describes, by the names of its epochs and absolute times. */
    void stream(Responder responder, String stream, Query query) {
        Optional<StreamEntry> newest = directory.newest(stream);
        try {
            TimeSpan span = span(query);
            if (newest.isEmpty()) {
                responses.absent(responder, stream, directory.presence(stream));
            } else {
                responder.then(source(responder).moment(stream, span.startMs()),
                        moment -> from(responder, newest.get(), span, moment));
            }
        } catch (TimeSpan.UnreadableException e) {
            badParameter(responder, e.getMessage());
        }
    }

    private TimeSpan span(Query query) throws TimeSpan.UnreadableException {
        if (TimeSpan.delayMs(query).isPresent()) {
            throw new TimeSpan.UnreadableException("DASH has no delay: players can seek; use start and end");
        }
        return TimeSpan.parse(query, clock.millis());
    }

    private void from(Responder responder, StreamEntry newest, TimeSpan span, Moment moment) {
        String stream = newest.stream();
        if (!(moment instanceof Moment.At at)) {
            if (span.startMs() > clock.millis()) {
                responses.nothingToShow(responder, stream);
            } else if (newest.state() == StreamEntry.State.ENDED) {
                responses.nothingWithin(responder, stream, span.startMs(), span.endMs());
            } else {
                responses.nothingYet(responder, stream);
            }
            return;
        }
        long first = at.entry().id().epoch();
        List<StreamEntry> all = directory.history(stream).stream().filter(epoch -> epoch.epoch() == first
                || epoch.epoch() > first && epoch.span().startedAtMs() < span.endMs()).toList();
        if (at.entry().times().programDateTimeMs() >= span.endMs()) {
            responses.nothingWithin(responder, stream, span.startMs(), span.endMs());
        } else if (all.isEmpty() || all.getFirst().epoch() != first) {
            // The index is ahead of the directory.
            responses.nothingYet(responder, stream);
        } else {
            var range = new PastRange(stream, all.getFirst().name(), all.getLast().name(), span.startMs(),
                    span.endMs());
            DashResponses.redirect(responder, range);
        }
    }

    /** Sends the MPD of these epochs, or of the part of them that the query describes. */
    void epochs(Responder responder, String stream, DashUrl.Epochs url, Query query) {
        try {
            TimeSpan span = TimeSpan.isIn(query)
                    ? span(query)
                    : new TimeSpan(PastRange.BEGINNING, PastRange.OPEN, false);
            if (span.relative()) {
                throw new TimeSpan.UnreadableException(
                        "the MPD of an epoch takes absolute times only; start with /" + stream + ".mpd");
            }
            for (EpochName epoch : List.of(url.first(), url.last())) {
                if (directory.epoch(stream, epoch).isEmpty()) {
                    responses.absent(responder, stream, directory.presence(stream, epoch));
                    return;
                }
            }
            var range = new PastRange(stream, url.first(), url.last(), span.startMs(), span.endMs());
            List<StreamEntry> all = directory.history(stream).stream()
                    .filter(epoch -> range.hasEpoch(epoch.epoch())).toList();
            if (all.getLast().state() == StreamEntry.State.ENDED || !audience.refuses(responder, stream)) {
                listed(responder, range, all);
            }
        } catch (TimeSpan.UnreadableException e) {
            badParameter(responder, e.getMessage());
        }
    }

    private void listed(Responder responder, PastRange range, List<StreamEntry> all) {
        Lineup lineup = Lineup.ofCmaf(all);
        boolean known = all.stream().anyMatch(epoch -> !epoch.session().tracks().isEmpty());
        if (lineup.isEmpty() && known) {
            DashResponses.notInDash(responder, responses, all.getLast());
        } else if (lineup.isEmpty()) {
            responses.nothingYet(responder, range.stream());
        } else {
            withView(responder, all.getLast(), lineup, view -> listed(responder, range, all, lineup, view));
        }
    }

    /** @param view the view of the last epoch; null if it has ended */
    private void listed(Responder responder, PastRange range, List<StreamEntry> all, Lineup lineup, EpochView view) {
        responder.then(source(responder).mpd(range, lineup, all, view), answer -> {
            switch (answer) {
                case MpdAnswer.Rendered(var text, int targetS, boolean ended) -> responses.mpd(responder, text,
                        targetS, ended);
                case MpdAnswer.TooLong(long segments) -> DashResponses.tooLong(responder, range, segments);
                case MpdAnswer.Nothing() when view != null -> responses.nothingYet(responder, range.stream());
                case MpdAnswer.Nothing() -> responses.nothingWithin(responder, range.stream(), range.startMs(),
                        range.endMs());
            }
        });
    }

    /** Continues with the first view of an epoch that has segments; with null if the epoch has ended. */
    private void withView(Responder responder, StreamEntry epoch, Lineup lineup, Consumer<EpochView> then) {
        if (epoch.state() == StreamEntry.State.ENDED) {
            then.accept(null);
        } else {
            HeldView.await(responder, log.epochs().watch(epoch), view -> lineup.isReady(view) || view.ended(), then,
                    () -> responses.nothingYet(responder, epoch.stream()));
        }
    }

    private PastSource source(Responder responder) {
        return log.past().readBy(responder.request().requester());
    }

    private static void badParameter(Responder responder, String message) {
        responder.error(HttpResponseStatus.BAD_REQUEST, "bad_parameter", message);
    }
}
