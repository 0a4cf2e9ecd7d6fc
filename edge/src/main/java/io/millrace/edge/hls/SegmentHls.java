package io.millrace.edge.hls;

import io.millrace.edge.exchange.Responder;
import io.millrace.edge.exchange.SegmentBody;
import io.millrace.edge.follow.Watch;
import io.millrace.edge.log.PartSource;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.Protocol;
import io.millrace.edge.view.EpochView;
import io.millrace.edge.view.RenditionFiles;
import io.millrace.edge.view.RenditionView;
import io.millrace.edge.view.Segment;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.StreamEntry;
import io.netty.buffer.ByteBuf;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/**
 * Serves segments, their parts and init sections, live or past. Does not wait for a segment that is not complete: the
 * client must have its URL from a playlist. A request for the next part, which playlists announce, is held.
 * Thread-safe; called on event loops.
 */
final class SegmentHls {
    /** How many target durations a request for the next part is held. */
    private static final int PART_TARGET_DURATIONS = 3;

    private final StreamDirectory directory;
    private final HlsEndpoint.Log log;
    private final HeldGroups held;
    private final HlsResponses responses;
    private final EdgeMeters meters;
    private final String caching;

    /** @param retentionMs how long media are retained, and may be cached by clients */
    SegmentHls(StreamDirectory directory, HlsEndpoint.Log log, HeldGroups held, HlsResponses responses,
            long retentionMs, EdgeMeters meters) {
        this.held = held;
        this.directory = directory;
        this.log = log;
        this.responses = responses;
        this.meters = meters;
        caching = "public, max-age=" + retentionMs / 1000 + ", immutable";
    }

    void send(Responder responder, String stream, EpochName epoch, MediaFile file) {
        Optional<StreamEntry> entry = directory.epoch(stream, epoch);
        if (entry.isEmpty()) {
            responses.absent(responder, stream, directory.presence(stream, epoch));
            return;
        }
        if (!file.isInit() && directory.withdrawals(stream).hasSegment(epoch.number(), file.number())) {
            responses.withdrawn(responder, stream);
            return;
        }
        if (entry.get().state() == StreamEntry.State.ENDED) {
            older(responder, entry.get(), file, null);
            return;
        }
        Watch watch = log.epochs().watch(entry.get());
        HeldView.await(responder, watch, _ -> true, found -> {
            if (file.isNext(found)) {
                held.hold(responder, watch, file, view -> !file.isNext(view),
                        (long) PART_TARGET_DURATIONS * 1_000 * found.parts().targetDurationS(),
                        view -> send(responder, entry.get(), file, view), () -> notFound(responder, file));
            } else {
                send(responder, entry.get(), file, found);
            }
        }, () -> responder.fail(new TimeoutException("the index of " + stream + " could not be read in time")));
    }

    private void send(Responder responder, StreamEntry entry, MediaFile file, EpochView view) {
        Optional<Segment> segment = file.in(view);
        if (segment.isPresent()) {
            send(responder, entry, file, segment.get(), log.parts());
        } else if (file.isOlder(view.of(file.rendition()))) {
            older(responder, entry, file, view.of(file.rendition()));
        } else {
            notFound(responder, file);
        }
    }

    private void notFound(Responder responder, MediaFile file) {
        responses.notFound(responder, "segment_not_found", file + " does not exist");
    }

    /**
     * Sends a file that is older than the live view.
     *
     * @param live the view of the rendition; null if the epoch has ended
     */
    private void older(Responder responder, StreamEntry entry, MediaFile file, RenditionView live) {
        if (live == null && !file.isInit() && file.number() > entry.playlist().lastSegment()) {
            notFound(responder, file);
        } else {
            responder.inTurns(() -> responder.then(
                    file.find(log.past().readBy(responder.request().requester()), entry, live),
                    found -> found.ifPresentOrElse(
                            segment -> send(responder, entry, file, segment, log.pastParts()),
                            () -> responses.expired(responder, entry.stream()))));
        }
    }

    private void send(Responder responder, StreamEntry entry, MediaFile file, Segment segment, PartSource source) {
        responder.then(source.read(responder.request().requester(), entry.stream(), file.rendition(),
                file.first(entry.epoch(), segment), segment.start(), file.parts(segment)), answer -> {
                    switch (answer) {
                        case PartSource.Answer.Bytes bytes -> {
                            var body = new SegmentBody(file.etag(segment, bytes),
                                    new RenditionFiles(file.rendition()).contentType(), caching);
                            meters.sent(Protocol.HLS, body.send(responder, file.cut(segment, bytes.bytes())));
                        }
                        case PartSource.Answer.Expired() -> responses.expired(responder, entry.stream());
                    }
                }, SegmentHls::discard);
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
}
