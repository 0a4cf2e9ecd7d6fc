package io.millrace.edge.http;

import io.millrace.edge.exchange.ApiError;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.log.BusyException;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.past.ReadLimitException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.slf4j.event.Level;

/** Answers a request whose read failed with 503, and logs the failure. Only a bug is logged with a stack trace. */
final class FailedRequest {
    private static final int BUSY_RETRY_AFTER_S = 1;
    private static final int UNAVAILABLE_RETRY_AFTER_S = 2;

    private FailedRequest() {}

    /** @param peer names the client in the log; the key by which log lines are rate-limited */
    static void answer(Responder responder, Throwable failure, PeerLog log, String peer) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof BusyException || cause instanceof ReadLimitException) {
            unavailable(responder, ApiError.of("busy", cause.getMessage()), BUSY_RETRY_AFTER_S);
            return;
        }
        String path = responder.request().shown();
        if (cause instanceof TimeoutException || cause instanceof KafkaException) {
            log.log(Level.WARN, peer, "http {}: request for {} failed: {}", peer, path, cause.toString());
        } else {
            log.log(Level.ERROR, peer, "http {}: request for {} failed because of a bug, please report it", peer, path,
                    cause);
        }
        unavailable(responder, ApiError.of("log_unavailable", "the log is unavailable, try again"),
                UNAVAILABLE_RETRY_AFTER_S);
    }

    private static void unavailable(Responder responder, ApiError error, int retryAfterS) {
        responder.error(HttpResponseStatus.SERVICE_UNAVAILABLE, error,
                headers -> headers.set(HttpHeaderNames.RETRY_AFTER, retryAfterS));
    }
}
