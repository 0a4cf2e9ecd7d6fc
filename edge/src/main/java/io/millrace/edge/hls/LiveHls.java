package io.millrace.edge.hls;

import io.millrace.edge.exchange.HeldRequest;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.exchange.SegmentBody;
import io.millrace.edge.log.PartSource;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.Protocol;
import io.millrace.edge.view.EpochView;
import io.millrace.edge.view.PastRange;
import io.millrace.edge.view.RenderedText;
import io.millrace.edge.view.Segment;
import io.millrace.edge.view.VariantList;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.timeline.Tracks;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Serves the multivariant and media playlists of whole epochs, and all segments, live or past. A request for a playlist
 * of an unknown stream, or of a live stream that has nothing to show yet, is held without a thread. Thread-safe; called
 * on event loops.
 */
final class LiveHls {
    private final StreamDirectory directory;
    private final HlsEndpoint.Log log;
    private final HlsAudience audience;
    private final HlsResponses responses;
    private final EdgeMeters meters;
    private final String mediaCaching;

    LiveHls(StreamDirectory directory, HlsEndpoint.Log log, HlsAudience audience, HlsResponses responses,
            long retentionMs,
            EdgeMeters meters) {
        this.directory = directory;
        this.log = log;
        this.audience = audience;
        this.responses = responses;
        this.meters = meters;
        mediaCaching = "public, max-age=" + retentionMs / 1000 + ", immutable";
    }

    /**
     * Sends the multivariant playlist of the stream's newest epoch, once the epoch has a segment and its tracks are
     * known.
     */
    void multivariant(Responder responder, String stream) {
        Optional<StreamEntry> newest = directory.newest(stream);
        if (newest.isEmpty()) {
            absent(responder, stream, directory.presence(stream), _ -> true, () -> multivariant(responder, stream));
            return;
        }
        long epoch = newest.get().epoch();
        if (newest.get().state() != StreamEntry.State.ENDED
                && Tracks.areOutsideTs(newest.get().session().tracks(), newest.get().rules())) {
            responses.notInHls(responder, newest.get());
            return;
        }
        // The directory and the index are two topics: the segment may arrive before the tracks. The epoch's view is
        // published again when its directory entry changes. Tested on this thread, then on the one that publishes views.
        Predicate<EpochView> showable = view -> view.isListed()
                && directory.epoch(stream, epoch).filter(e -> !e.session().tracks().isEmpty()).isPresent();
        hold(responder, newest.get(), showable, view -> directory.epoch(stream, epoch).ifPresentOrElse(
                entry -> responses.multivariant(responder, variants(entry, view)),
                () -> responses.absent(responder, stream, StreamDirectory.Presence.EXPIRED)));
    }

    /**
     * Handles a request for something that is not in the directory: answers if it has expired; otherwise waits for it,
     * because another edge may know it already.
     *
     * @param wanted the directory entry to wait for
     * @param onArrival continues once there is such an entry
     */
    private void absent(Responder responder, String stream, StreamDirectory.Presence presence,
            Predicate<StreamEntry> wanted, Runnable onArrival) {
        switch (presence) {
            case EXPIRED -> responses.absent(responder, stream, presence);
            case UNKNOWN, KNOWN -> HeldRequest.<StreamEntry>await(responder, StreamDirectory.ARRIVAL_MS,
                    found -> directory.await(stream, wanted, found), _ -> onArrival.run(),
                    () -> responses.absent(responder, stream, presence));
        }
    }

    /**
     * Returns a multivariant playlist: for a live stream it points to the live window, for an ended one to everything
     * retained.
     */
    private static RenderedText variants(StreamEntry entry, EpochView view) {
        if (entry.state() != StreamEntry.State.ENDED) {
            return VariantList.render(entry, view);
        }
        var whole = new PastRange(entry.stream(), entry.name(), entry.name(), entry.span().startedAtMs(),
                PastRange.OPEN);
        return VariantList.render(whole, VariantList.inHls(List.of(entry)), view.peakBitrate(), view.averageBitrate());
    }

    /** Sends the media playlist of an epoch, once it has a segment. */
    void media(Responder responder, String stream, EpochName epoch) {
        Optional<StreamEntry> entry = directory.epoch(stream, epoch);
        if (entry.isEmpty()) {
            absent(responder, stream, directory.presence(stream, epoch), its -> its.epoch() == epoch.number(),
                    () -> media(responder, stream, epoch));
            return;
        }
        if (entry.get().state() != StreamEntry.State.ENDED && audience.refuses(responder, stream)) {
            return;
        }
        hold(responder, entry.get(), EpochView::isListed, view -> responses.media(responder, view.media(),
                view.segments().lastEntry().getValue().start().targetDurationS(), view.ended()));
    }

    /** Sends a segment. Does not wait for one that is not complete: the client must have it from a playlist. */
    void segment(Responder responder, String stream, EpochName epoch, long number) {
        Optional<StreamEntry> entry = directory.epoch(stream, epoch);
        if (entry.isEmpty()) {
            responses.absent(responder, stream, directory.presence(stream, epoch));
            return;
        }
        if (entry.get().state() == StreamEntry.State.ENDED) {
            older(responder, entry.get(), number, null);
            return;
        }
        HeldView.await(responder, log.epochs().watch(entry.get()), _ -> true, view -> {
            Optional<Segment> segment = view.complete(number);
            if (segment.isPresent()) {
                send(responder, stream, entry.get().epoch(), segment.get(), log.parts());
            } else if (!view.segments().isEmpty() && number < view.segments().firstKey()) {
                older(responder, entry.get(), number, view);
            } else {
                responses.notFound(responder, "segment_not_found", "segment " + number + " does not exist");
            }
        }, () -> responder.fail(new TimeoutException("the index of " + stream + " could not be read in time")));
    }

    /**
     * Sends a segment that is older than the live view.
     *
     * @param live the view of the epoch; null if the epoch has ended
     */
    private void older(Responder responder, StreamEntry entry, long number, EpochView live) {
        if (live == null && number > entry.playlist().lastSegment()) {
            responses.notFound(responder, "segment_not_found", "segment " + number + " does not exist");
        } else {
            responder.inTurns(() -> find(responder, entry, number, live));
        }
    }

    private void find(Responder responder, StreamEntry entry, long number, EpochView live) {
        responder.then(log.past().readBy(responder.request().requester()).segment(entry, number, live),
                found -> found.ifPresentOrElse(
                        segment -> send(responder, entry.stream(), entry.epoch(), segment, log.pastParts()),
                        () -> responses.expired(responder, entry.stream())));
    }

    private void send(Responder responder, String stream, long epoch, Segment segment, PartSource source) {
        var first = new PartId(epoch, segment.number(), 0);
        responder.then(source.read(responder.request().requester(), stream, first, segment.parts()), answer -> {
            switch (answer) {
                case PartSource.Answer.Bytes bytes -> {
                    var body = new SegmentBody(etag(segment, bytes), "video/mp2t", mediaCaching);
                    meters.sent(Protocol.HLS, body.send(responder, bytes.bytes()));
                }
                case PartSource.Answer.Expired() -> responses.expired(responder, stream);
            }
        }, LiveHls::discard);
    }

    /** Returns the ETag, which consists of the body's size and checksum, so that it does not depend on the URL. */
    private static String etag(Segment segment, PartSource.Answer.Bytes bytes) {
        return "\"" + Long.toHexString(segment.sizeBytes()) + "-" + Integer.toHexString(bytes.check()) + "\"";
    }

    /** Releases media that were read for a client that has left. */
    private static void discard(PartSource.Answer answer) {
        switch (answer) {
            case PartSource.Answer.Bytes bytes -> bytes.bytes().forEach(ByteBuf::release);
            case PartSource.Answer.Expired() -> {
                // There is nothing to release.
            }
        }
    }

    /**
     * Answers with the first view that satisfies {@code wanted}. An epoch that ends without one, or whose codecs HLS
     * cannot carry, has nothing to show.
     */
    private void hold(Responder responder, StreamEntry entry, Predicate<EpochView> wanted, Consumer<EpochView> then) {
        if (entry.state() == StreamEntry.State.ENDED && Tracks.areOutsideTs(entry)) {
            responses.notInHls(responder, entry);
            return;
        }
        Predicate<EpochView> hopeless = view -> !view.isListed() && (view.ended() || isOutsideHls(entry));
        HeldView.await(responder, log.epochs().watch(entry), wanted.or(hopeless), view -> {
            if (view.isListed()) {
                retained(responder, entry.stream(), view, then);
            } else if (isOutsideHls(entry)) {
                responses.notInHls(responder, newest(entry));
            } else if (entry.session().tracks().isEmpty()) {
                responses.notFound(responder, "nothing_to_show", entry.stream() + " ended before its first segment");
            } else {
                responses.expired(responder, entry.stream());
            }
        }, () -> responses.nothingYet(responder, entry.stream()));
    }

    /** Decides by the tracks that are known now, which may be more than when the request arrived. */
    private boolean isOutsideHls(StreamEntry entry) {
        StreamEntry newest = newest(entry);
        return Tracks.areOutsideTs(newest.session().tracks(), newest.rules());
    }

    private StreamEntry newest(StreamEntry entry) {
        return directory.epoch(entry.stream(), entry.epoch()).orElse(entry);
    }

    /**
     * Continues if media of an ended epoch are still retained. The index is often retained longer, and may list
     * segments that are gone.
     */
    private void retained(Responder responder, String stream, EpochView view, Consumer<EpochView> then) {
        if (!view.ended()) {
            then.accept(view);
            return;
        }
        responder.then(log.past().readBy(responder.request().requester()).retained(stream), now -> {
            if (view.newestComplete().stream().noneMatch(s -> s.parts().getFirst().offset() >= now.partsOffset())) {
                responses.expired(responder, stream);
            } else {
                then.accept(view);
            }
        });
    }
}
