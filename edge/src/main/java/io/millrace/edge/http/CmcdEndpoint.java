package io.millrace.edge.http;

import io.millrace.edge.exchange.CmcdText;
import io.millrace.edge.exchange.PlayAccess;
import io.millrace.edge.exchange.Query;
import io.millrace.edge.exchange.Request;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.meters.AudienceMeters;
import io.millrace.edge.meters.AudienceMeters.Outcome;
import io.millrace.edge.players.PlayerReports;
import io.millrace.media.StreamName;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.cmcd.CmcdReader;
import io.millrace.media.cmcd.CmcdReport;
import io.millrace.platform.access.AccessRequest;
import io.millrace.platform.directory.StreamDirectory;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code /api/v1/cmcd}: event reports of players (CTA-5004-A), and the reports that requests for media carry. An event
 * report names its stream by {@code cid}; all reports of a request are about one stream, about which the access policy
 * is asked. Thread-safe; called on event loops.
 */
final class CmcdEndpoint {
    /** Maximum number of reports in one body. */
    static final int REPORTS_LIMIT = 64;

    private final PlayAccess access;
    private final StreamDirectory directory;
    /** Null if reports are not collected. */
    private final PlayerReports reports;
    private final AudienceMeters meters;

    /** @param reports null if reports are not collected */
    CmcdEndpoint(PlayAccess access, StreamDirectory directory, PlayerReports reports, AudienceMeters meters) {
        this.access = access;
        this.directory = directory;
        this.reports = reports;
        this.meters = meters;
    }

    /** Takes the report of a request for media that is allowed, if it has one. */
    static void requested(PlayerReports reports, Request request, String stream) {
        CmcdText.of(request).ifPresent(text -> reports.requested(request.network(), stream, text));
    }

    /** Answers a GET, whose query has one report. */
    void answer(Responder responder, Query query) {
        if (isOff(responder)) {
            return;
        }
        String text = query.get("CMCD");
        if (text == null) {
            responder.error(HttpResponseStatus.BAD_REQUEST, "bad_parameter",
                    "send reports as the body of a POST, or one report as the query parameter CMCD");
        } else {
            read(responder, text);
        }
    }

    /**
     * Answers a POST, whose body has a report per line.
     *
     * @param tooLarge runs if the body exceeds its limit
     * @return the body; null if the request has been answered without it
     */
    RequestBody receive(HttpResponder responder, Runnable tooLarge) {
        if (isOff(responder)) {
            responder.closeAfterwards();
            return null;
        }
        return new RequestBody(responder, body -> read(responder, body), tooLarge);
    }

    /** 410 tells a player to send no more (CTA-5004-A, event mode). */
    private boolean isOff(Responder responder) {
        if (reports == null) {
            responder.error(HttpResponseStatus.GONE, "audience_off", "this server does not collect reports of players");
        }
        return reports == null;
    }

    private void read(Responder responder, String body) {
        String network = responder.request().network();
        List<CmcdReport> read = new ArrayList<>();
        try {
            for (String line : body.lines().filter(line -> !line.isBlank()).limit(REPORTS_LIMIT).toList()) {
                if (!reports.permits(network)) {
                    responder.error(HttpResponseStatus.TOO_MANY_REQUESTS, "too_many_reports",
                            "your network sends too many reports; send fewer");
                    return;
                }
                read.add(CmcdReader.read(line));
            }
        } catch (MediaException e) {
            meters.count(Outcome.MALFORMED);
            responder.error(HttpResponseStatus.BAD_REQUEST, "bad_report", e.getMessage());
            return;
        }
        String content = read.stream().map(CmcdReport::content).filter(cid -> cid != null).findFirst().orElse(null);
        if (content == null) {
            meters.count(Outcome.NO_SESSION);
            responder.error(HttpResponseStatus.BAD_REQUEST, "bad_report",
                    "a report must name the stream by cid, such as cid=\"live/show\"");
            return;
        }
        StreamName.parse(content).ifPresentOrElse(
                name -> access.ask(responder, AccessRequest.Protocol.API, name.value(),
                        stream -> take(responder, network, stream, read)),
                () -> unknown(responder));
    }

    private void take(Responder responder, String network, String stream, List<CmcdReport> read) {
        if (directory.newest(stream).isEmpty()) {
            unknown(responder);
            return;
        }
        read.forEach(report -> reports.take(network, stream, report));
        responder.send(HttpResponseStatus.NO_CONTENT, Unpooled.EMPTY_BUFFER,
                headers -> headers.set(HttpHeaderNames.CACHE_CONTROL, Responder.NO_STORE));
    }

    private void unknown(Responder responder) {
        meters.count(Outcome.NO_STREAM);
        responder.error(HttpResponseStatus.NOT_FOUND, "stream_not_found", "there is no stream of this cid");
    }
}
