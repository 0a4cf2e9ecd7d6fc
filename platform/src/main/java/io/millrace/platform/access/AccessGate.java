package io.millrace.platform.access;

import io.millrace.media.StreamName;
import io.millrace.platform.SecretFile;
import io.millrace.platform.WatchedFiles;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides who may publish, first by the keys and secrets that are currently in the files, then by the hook. Everybody
 * may play. Thread-safe and non-blocking.
 */
public final class AccessGate implements AccessPolicy, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AccessGate.class);

    private final WatchedFiles<StreamKeys> keys;
    private final WatchedFiles<SigningSecrets> secrets;
    private final AccessHook hook;
    private final String node;
    private final AccessMeters meters;
    private final InstantSource clock;
    private final AtomicLong requests = new AtomicLong();

    private AccessGate(WatchedFiles<StreamKeys> keys, WatchedFiles<SigningSecrets> secrets, AccessHook hook,
            String node, AccessMeters meters, InstantSource clock) {
        this.keys = keys;
        this.secrets = secrets;
        this.hook = hook;
        this.node = node;
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * Opens the files of the policy.
     *
     * @param node id of this node, sent to the hook
     * @throws io.millrace.platform.UserError if a file cannot be read or is not valid
     */
    public static AccessGate open(AccessSettings settings, String node, AccessMeters meters, InstantSource clock) {
        if (settings.keys() != null) {
            SecretFile.warnIfOpen("the stream keys", settings.keys());
        }
        if (settings.secret() != null) {
            SecretFile.warnIfOpen("the signing secret", settings.secret());
        }
        WatchedFiles<StreamKeys> keys = settings.keys() == null
                ? null
                : WatchedFiles.open("the stream keys", List.of(settings.keys()), AccessGate::keys);
        try {
            WatchedFiles<SigningSecrets> secrets = settings.secret() == null
                    ? null
                    : WatchedFiles.open("the signing secret", List.of(settings.secret()),
                            contents -> SigningSecrets.parse(text(contents)));
            AccessHook hook = settings.hook() == null ? null : new AccessHook(settings.hook(), meters);
            return new AccessGate(keys, secrets, hook, node, meters, clock);
        } catch (RuntimeException e) {
            close(keys);
            throw e;
        }
    }

    @Override
    public CompletionStage<AccessDecision> decide(AccessRequest request) {
        return switch (request.action()) {
            case PLAY -> ALLOW_ALL.decide(request);
            case PUBLISH -> decidePublish(request).thenApply(decision -> switch (decision) {
                case Decision.Allowed(var stream) -> new AccessDecision.Allowed(stream);
                case Decision.Refused(_, String description) -> new AccessDecision.Refused(description);
            });
        };
    }

    /**
     * Decides about a publish. The result never completes exceptionally; it is complete already unless a hook is
     * asked.
     */
    CompletableFuture<Decision> decidePublish(AccessRequest request) {
        CredentialRules policy = new CredentialRules(keys == null ? null : keys.get(),
                secrets == null ? null : secrets.get());
        QueryString query = QueryString.parse(request.query());
        Decision own = policy.decide(request.stream(), query, clock.instant().getEpochSecond());
        CompletableFuture<Decision> decided = own instanceof Decision.Allowed(var stream) && hook != null
                ? hook.ask(request(stream, query, request.source()))
                : CompletableFuture.completedFuture(own);
        return decided.thenApply(decision -> {
            if (decision instanceof Decision.Refused(var reason, _)) {
                meters.refused(reason);
            }
            return decision;
        });
    }

    private HookRequest request(StreamName stream, QueryString query, AccessRequest.Source source) {
        return new HookRequest(stream, query.without(CredentialRules.KEY), withoutQuery(source.url()), source.client(),
                source.address(), requests.incrementAndGet(), node);
    }

    /** Checks for changed files now, in addition to the periodic check. */
    void reloadIfChanged() {
        if (keys != null) {
            keys.reloadIfChanged();
        }
        if (secrets != null) {
            secrets.reloadIfChanged();
        }
    }

    /** Stops watching the files and ends the requests to the hook. */
    @Override
    public void close() {
        close(keys);
        close(secrets);
        if (hook != null) {
            hook.close();
        }
    }

    private static StreamKeys keys(List<byte[]> contents) {
        StreamKeys keys = StreamKeys.parse(text(contents));
        LOG.info("{} stream keys", keys.size());
        if (keys.shortKeys() > 0) {
            LOG.warn("{} stream keys are so short that they can be guessed; make them with 'openssl rand -hex 16'",
                    keys.shortKeys());
        }
        return keys;
    }

    private static String text(List<byte[]> contents) {
        return new String(contents.getFirst(), StandardCharsets.UTF_8);
    }

    private static String withoutQuery(String url) {
        int mark = url.indexOf('?');
        return mark < 0 ? url : url.substring(0, mark);
    }

    private static void close(WatchedFiles<?> files) {
        if (files != null) {
            files.close();
        }
    }
}
