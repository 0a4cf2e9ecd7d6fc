package io.millrace.edge.dash;

import io.millrace.edge.exchange.Responder;
import io.millrace.edge.hls.HeldView;
import io.millrace.edge.hls.HlsAudience;
import io.millrace.edge.hls.HlsEndpoint;
import io.millrace.edge.hls.HlsResponses;
import io.millrace.edge.view.EpochView;
import io.millrace.edge.view.Lineup;
import io.millrace.edge.view.MpdText;
import io.millrace.edge.view.MpdTexts;
import io.millrace.edge.view.PastRange;
import io.millrace.edge.view.RenderedText;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.StreamEntry;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Serves the MPD of an epoch's live window. A request for an unknown stream, or for a live stream that has nothing to
 * show yet, is held without a thread. Thread-safe; called on event loops.
 */
final class LiveDash {
    private final StreamDirectory directory;
    private final HlsEndpoint.Log log;
    private final HlsAudience audience;
    private final HlsResponses responses;
    private final MpdTexts texts = new MpdTexts();

    LiveDash(StreamDirectory directory, HlsEndpoint.Log log, HlsAudience audience, HlsResponses responses) {
        this.directory = directory;
        this.log = log;
        this.audience = audience;
        this.responses = responses;
    }

    /** Redirects to the MPD of the stream's newest epoch: its window, or everything that is retained after its end. */
    void stream(Responder responder, String stream) {
        Optional<StreamEntry> newest = directory.newest(stream);
        if (newest.isEmpty()) {
            responses.whenKnown(responder, stream, directory.presence(stream), _ -> true,
                    () -> stream(responder, stream));
            return;
        }
        StreamEntry entry = newest.get();
        long startMs = entry.state() == StreamEntry.State.ENDED ? entry.span().startedAtMs() : PastRange.BEGINNING;
        DashResponses.redirect(responder,
                new PastRange(stream, entry.name(), entry.name(), startMs, PastRange.OPEN));
    }

    /** Sends the MPD of an epoch's window, once it has segments; when the epoch has ended, its last window. */
    void epoch(Responder responder, String stream, EpochName epoch) {
        Optional<StreamEntry> entry = directory.epoch(stream, epoch);
        if (entry.isEmpty()) {
            responses.whenKnown(responder, stream, directory.presence(stream, epoch),
                    its -> its.epoch() == epoch.number(),
                    () -> epoch(responder, stream, epoch));
            return;
        }
        if (entry.get().state() == StreamEntry.State.ENDED || !audience.refuses(responder, stream)) {
            show(responder, entry.get());
        }
    }

    private void show(Responder responder, StreamEntry asked) {
        // The tracks may become known after the first segment. The epoch's view is published again then.
        Predicate<EpochView> showable = view -> lineup(asked).isReady(view);
        Predicate<EpochView> hopeless = view -> view.isFinal() || isImpossible(asked);
        HeldView.await(responder, log.epochs().watch(asked), showable.or(hopeless), view -> {
            if (isImpossible(asked)) {
                DashResponses.notInDash(responder, responses, newest(asked));
            } else {
                text(responder, newest(asked), view);
            }
        }, () -> responses.nothingYet(responder, asked.stream()));
    }

    private void text(Responder responder, StreamEntry entry, EpochView view) {
        Lineup lineup = lineup(entry).in(view);
        Optional<RenderedText> text = texts.get(view, entry,
                () -> MpdText.live(entry, lineup, view, MpdText.Urls.of(entry.stream())));
        if (text.isPresent()) {
            responses.mpd(responder, text.get(), entry.playlist().targetDurationS(), view.ended());
        } else if (view.ended()) {
            responses.expired(responder, entry.stream());
        } else {
            responses.nothingYet(responder, entry.stream());
        }
    }

    private Lineup lineup(StreamEntry asked) {
        return Lineup.ofCmaf(List.of(newest(asked)));
    }

    /** Returns whether the epoch's tracks are known and CMAF carries none of them. */
    private boolean isImpossible(StreamEntry asked) {
        return !newest(asked).session().tracks().isEmpty() && lineup(asked).isEmpty();
    }

    private StreamEntry newest(StreamEntry entry) {
        return directory.epoch(entry.stream(), entry.epoch()).orElse(entry);
    }
}
