package io.millrace.ingest.policy;

import io.millrace.ingest.IngestMeters;
import io.millrace.ingest.policy.Decision.Reason;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a hook over HTTP, never more than {@link #AT_ONCE} questions at once. Thread-safe; blocks nobody. */
final class PublishHook implements AutoCloseable {
    static final int AT_ONCE = 64;
    private static final Logger LOG = LoggerFactory.getLogger(PublishHook.class);
    /** A word or a small object; SRS reads no more. */
    private static final int ANSWER_BYTES = 32 * 1024;

    private final PolicySettings.Hook settings;
    private final IngestMeters meters;
    private final Semaphore places = new Semaphore(AT_ONCE);
    private final HttpClient client;

    PublishHook(PolicySettings.Hook settings, IngestMeters meters) {
        this.settings = settings;
        this.meters = meters;
        this.client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(settings.timeout())
                .followRedirects(HttpClient.Redirect.NEVER)
                .executor(Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("publish-hook-", 0).factory()))
                .build();
    }

    /** Never fails: what goes wrong is an answer, too. */
    CompletableFuture<Decision> ask(HookQuestion question) {
        if (!places.tryAcquire()) {
            return CompletableFuture.completedFuture(without(question, AT_ONCE + " questions wait for an answer"));
        }
        long began = System.nanoTime();
        return client.sendAsync(request(question), BodyHandlers.limiting(BodyHandlers.ofString(), ANSWER_BYTES))
                // The client's own timeout ends with the headers.
                .orTimeout(settings.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .handle((response, failure) -> {
                    places.release();
                    meters.hookAnswered(System.nanoTime() - began);
                    return failure == null ? answer(question, response) : without(question, String.valueOf(failure));
                });
    }

    private HttpRequest request(HookQuestion question) {
        return HttpRequest.newBuilder(settings.url()).timeout(settings.timeout())
                .header("Content-Type", settings.form().contentType())
                .POST(HttpRequest.BodyPublishers.ofString(settings.form().question(question))).build();
    }

    private Decision answer(HookQuestion question, HttpResponse<String> response) {
        int status = response.statusCode();
        if (status >= 500) {
            return without(question, "status " + status);
        }
        return settings.form().answer(question, status, response.headers().firstValue("Location"), response.body());
    }

    private Decision without(HookQuestion question, String why) {
        LOG.warn("{}: the hook has no answer for {}, so it is {}: {}", question.stream(), question.address(),
                settings.allowWithoutAnswer() ? "allowed" : "refused", why);
        meters.hookFailed();
        return settings.allowWithoutAnswer()
                ? new Decision.Allowed(question.stream())
                : new Decision.Refused(Reason.HOOK_FAILED, "nobody can say now whether this is allowed, try again");
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
