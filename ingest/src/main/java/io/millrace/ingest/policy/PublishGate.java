package io.millrace.ingest.policy;

import io.millrace.ingest.IngestMeters;
import io.millrace.platform.SecretFile;
import io.millrace.platform.WatchedFiles;
import io.millrace.platform.rtmp.PublishRequest;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets publishers in or not: the policy of this moment, then the hook. Thread-safe; blocks nobody. */
public final class PublishGate implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PublishGate.class);

    private final WatchedFiles<StreamKeys> keys;
    private final WatchedFiles<SigningSecrets> secrets;
    private final PublishHook hook;
    private final String node;
    private final IngestMeters meters;
    private final InstantSource clock;
    private final AtomicLong questions = new AtomicLong();

    private PublishGate(WatchedFiles<StreamKeys> keys, WatchedFiles<SigningSecrets> secrets, PublishHook hook,
            String node, IngestMeters meters, InstantSource clock) {
        this.keys = keys;
        this.secrets = secrets;
        this.hook = hook;
        this.node = node;
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * @param node names this node to the hook
     * @throws io.millrace.platform.UserError if a file cannot be used
     */
    public static PublishGate open(PolicySettings settings, String node, IngestMeters meters, InstantSource clock) {
        if (settings.keys() != null) {
            SecretFile.warnIfOpen("the stream keys", settings.keys());
        }
        if (settings.secret() != null) {
            SecretFile.warnIfOpen("the signing secret", settings.secret());
        }
        WatchedFiles<StreamKeys> keys = settings.keys() == null
                ? null
                : WatchedFiles.open("the stream keys", List.of(settings.keys()), PublishGate::keys);
        try {
            WatchedFiles<SigningSecrets> secrets = settings.secret() == null
                    ? null
                    : WatchedFiles.open("the signing secret", List.of(settings.secret()),
                            contents -> SigningSecrets.parse(text(contents)));
            PublishHook hook = settings.hook() == null ? null : new PublishHook(settings.hook(), meters);
            return new PublishGate(keys, secrets, hook, node, meters, clock);
        } catch (RuntimeException e) {
            close(keys);
            throw e;
        }
    }

    /** Never fails. Done at once unless a hook is asked. */
    public CompletableFuture<Decision> decide(PublishRequest request) {
        PublishPolicy policy = new PublishPolicy(keys == null ? null : keys.get(),
                secrets == null ? null : secrets.get());
        QueryString query = QueryString.parse(request.query());
        Decision own = policy.decide(request.stream(), query, clock.instant().getEpochSecond());
        CompletableFuture<Decision> decided = own instanceof Decision.Allowed(var stream) && hook != null
                ? hook.ask(new HookQuestion(stream, query.without(PublishPolicy.KEY), withoutQuery(request.tcUrl()),
                        request.client(), request.address(), questions.incrementAndGet(), node))
                : CompletableFuture.completedFuture(own);
        return decided.thenApply(decision -> {
            if (decision instanceof Decision.Refused(var reason, _)) {
                meters.refused(reason);
            }
            return decision;
        });
    }

    /** Reads the files again now, not only every few seconds. */
    void look() {
        if (keys != null) {
            keys.look();
        }
        if (secrets != null) {
            secrets.look();
        }
    }

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
