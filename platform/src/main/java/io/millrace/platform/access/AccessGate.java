package io.millrace.platform.access;

import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.media.StreamName;
import io.millrace.platform.SecretFile;
import io.millrace.platform.WatchedFiles;
import io.millrace.platform.access.AccessRequest.Action;
import io.millrace.platform.access.AccessRequest.Protocol;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.net.PeerNetwork;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Decides who may publish, or who may play: by the address, then by the keys, secrets and tokens that are currently in
 * the files, then by the hook. Thread-safe and non-blocking.
 */
public final class AccessGate implements AccessPolicy, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AccessGate.class);
    /** Characters of a query: a token and its name. What is longer is refused before it is parsed. */
    static final int QUERY_LIMIT = JwtVerifier.TOKEN_LIMIT + 64;
    /** Parameters of a query. */
    static final int PARAMETERS_LIMIT = 32;

    private final AccessSettings settings;
    private final Action action;
    private final Parts parts;
    private final String node;
    private final AccessMeters meters;
    private final InstantSource clock;
    private final HookVerdicts verdicts = new HookVerdicts(Ticker.systemTicker());
    private final PeerLog log = new PeerLog(LOG);
    private final AtomicLong requests = new AtomicLong();

    /** The opened parts of the policy; null where the settings have none. */
    private record Parts(WatchedFiles<StreamKeys> keys, WatchedFiles<SigningSecrets> secrets, JwtKeys jwt,
            AccessHook hook) {}

    private AccessGate(AccessSettings settings, Action action, Parts parts, String node, AccessMeters meters,
            InstantSource clock) {
        this.settings = settings;
        this.action = action;
        this.parts = parts;
        this.node = node;
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * Opens the files of the policy.
     *
     * @param action what the policy decides about; requests have this action
     * @param node id of this node, sent to the hook
     * @throws io.millrace.platform.UserError if a file cannot be read or is not valid
     */
    public static AccessGate open(AccessSettings settings, Action action, String node, AccessMeters meters,
            InstantSource clock) {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        try {
            WatchedFiles<StreamKeys> keys = settings.keys() == null
                    ? null
                    : opened(opened, WatchedFiles.open("the stream keys", secret("the stream keys", settings.keys()),
                            AccessGate::keys));
            WatchedFiles<SigningSecrets> secrets = settings.secret() == null
                    ? null
                    : opened(opened, WatchedFiles.open("the signing secret",
                            secret("the signing secret", settings.secret()),
                            contents -> SigningSecrets.parse(text(contents))));
            JwtKeys jwt = settings.jwks() == null ? null : opened(opened, jwt(settings.jwks(), action));
            AccessHook hook = settings.hook() == null ? null : new AccessHook(settings.hook(), meters, action);
            return new AccessGate(settings, action, new Parts(keys, secrets, jwt, hook), node, meters, clock);
        } catch (RuntimeException e) {
            opened.forEach(AccessGate::close);
            throw e;
        }
    }

    private static <T extends AutoCloseable> T opened(Deque<AutoCloseable> all, T one) {
        all.push(one);
        return one;
    }

    private static JwtKeys jwt(AccessSettings.Jwks jwks, Action action) {
        Executor threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name(action.label() + "-jwt-", 0).factory());
        return jwks.url() == null
                ? new JwtKeyFile(jwks.file(), jwks.claims(), threads)
                : new JwtKeyUrl(jwks.url(), jwks.claims(), threads, System::nanoTime);
    }

    @Override
    public boolean isOpen() {
        return settings.isOpen();
    }

    @Override
    public boolean reads(String parameter) {
        return parts.hook() != null || rules().reads(parameter);
    }

    @Override
    public CompletableFuture<AccessDecision> decide(AccessRequest request) {
        if (request.action() != action) {
            throw new IllegalArgumentException("this policy decides about " + action + " only");
        }
        return decided(request).thenApply(decision -> {
            if (decision instanceof AccessDecision.Refused(AccessReason reason, String description)) {
                meters.refused(reason);
                // The requested name may be a key.
                String address = request.source().address();
                log.log(Level.DEBUG, PeerNetwork.ofEndpoint(address), "{}: may not {}: {}", address, action.label(),
                        description);
            }
            return decision;
        });
    }

    private CompletableFuture<AccessDecision> decided(AccessRequest request) {
        if (!settings.addresses().admits(request.source().host())) {
            return CompletableFuture.completedFuture(
                    new AccessDecision.Refused(AccessReason.ADDRESS, "your address may not " + action.label()));
        }
        if (request.query().length() > QUERY_LIMIT
                || request.query().chars().filter(each -> each == '&').count() >= PARAMETERS_LIMIT) {
            return CompletableFuture.completedFuture(new AccessDecision.Refused(AccessReason.MALFORMED,
                    "the query has more than " + QUERY_LIMIT + " characters or " + PARAMETERS_LIMIT + " parameters"));
        }
        QueryString query = QueryString.parse(request.query());
        CompletableFuture<AccessDecision> own = byCredentials(request, query);
        return parts.hook() == null
                ? own
                : own.thenCompose(decision -> switch (decision) {
                    case AccessDecision.Allowed allowed -> byHook(allowed, request, query);
                    case AccessDecision.Refused _ -> CompletableFuture.completedFuture(decision);
                });
    }

    private CompletableFuture<AccessDecision> byCredentials(AccessRequest request, QueryString query) {
        CredentialRules rules = rules();
        Optional<String> token = rules.jwt(query);
        if (token.isEmpty()) {
            return CompletableFuture.completedFuture(
                    rules.decide(request.stream(), query, request.source().host(), nowS()));
        }
        return parts.jwt().verify(token.get()).thenApply(result -> switch (result) {
            case JwtResult.Genuine genuine -> genuine.decide(action, request.stream(), nowS());
            case JwtResult.Invalid(AccessReason reason, String description) ->
                new AccessDecision.Refused(reason, description);
        });
    }

    private CredentialRules rules() {
        return new CredentialRules(action, parts.keys() == null ? null : parts.keys().get(),
                parts.secrets() == null ? null : parts.secrets().get(), parts.jwt() != null);
    }

    private long nowS() {
        return clock.instant().getEpochSecond();
    }

    private CompletableFuture<AccessDecision> byHook(AccessDecision.Allowed own, AccessRequest asked,
            QueryString query) {
        AccessRequest.Source source = asked.source();
        var request = new HookRequest(action, own.stream(), query.without(CredentialRules.KEY),
                withoutQuery(source.url()), source.client(), source.address(), requests.incrementAndGet(), node);
        boolean isSession = source.protocol() == Protocol.RTMP || source.protocol() == Protocol.FLV;
        CompletableFuture<HookVerdict> answer = isSession
                ? parts.hook().ask(request)
                : verdicts.get(new HookVerdicts.Key(own.stream(), asked.query(), source.host()),
                        () -> parts.hook().ask(request));
        return answer.thenApply(verdict -> switch (verdict.decision()) {
            case AccessDecision.Allowed(StreamName stream, _, _) -> isSession || stream.equals(own.stream())
                    ? new AccessDecision.Allowed(stream, own.untilS(), own.session())
                    : new AccessDecision.Refused(AccessReason.HOOK_REFUSED,
                            "the hook names another stream, which only RTMP and FLV can play");
            case AccessDecision.Refused refused -> refused;
        });
    }

    /** Checks for changed files now, in addition to the periodic check. */
    void reloadIfChanged() {
        if (parts.keys() != null) {
            parts.keys().reloadIfChanged();
        }
        if (parts.secrets() != null) {
            parts.secrets().reloadIfChanged();
        }
        if (parts.jwt() != null) {
            parts.jwt().reloadIfChanged();
        }
    }

    /** Stops watching the files and ends the requests to the hook. */
    @Override
    public void close() {
        close(parts.keys());
        close(parts.secrets());
        close(parts.jwt());
        close(parts.hook());
    }

    /** Warns if others can read the file. */
    private static List<Path> secret(String what, Path file) {
        SecretFile.warnIfOpen(what, file);
        return List.of(file);
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

    private static void close(AutoCloseable part) {
        if (part != null) {
            try {
                part.close();
            } catch (Exception e) {
                throw new IllegalStateException("the parts of the policy close without errors", e);
            }
        }
    }
}
