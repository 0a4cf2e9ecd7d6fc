package io.millrace.platform.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.platform.net.ServerSockets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntPredicate;

/**
 * The admin port: {@code /metrics}, {@code /health/live}, {@code /health/ready} and the resources that stages add. Each
 * request runs on its own virtual thread, never on an event loop of the media path. Thread-safe.
 *
 * <p>The port listens before the services start, so that a process that is slow to start is reported as alive but not
 * ready. Requests for a host name that is not in {@link AdminNames} get 421, requests of foreign pages 403, and
 * {@link AdminAccess} decides about requests for the resources.
 */
public final class AdminServer implements AutoCloseable {
    /** The media type of Prometheus's text format. */
    private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";
    private static final String JSON_TYPE = "application/json";
    /** 421 Misdirected Request, RFC 9110, 15.5.20. */
    private static final int MISDIRECTED = 421;
    private static final int UNAUTHORIZED = 401;
    /** Limit of pending connections. Scrapers and probes are few. */
    private static final int BACKLOG = 64;

    /** Requests are short and come from nearby. */
    private static final int REQUEST_SECONDS = 5;
    /** A scrape of several thousand lines takes far less. */
    private static final int RESPONSE_SECONDS = 30;

    static {
        // The JDK's server has no other way to set timeouts, and none by default. The module jdk.httpserver documents
        // them.
        limit("sun.net.httpserver.maxReqTime", REQUEST_SECONDS);
        limit("sun.net.httpserver.maxRspTime", RESPONSE_SECONDS);
    }

    private final HttpServer server;
    private final AdminNames names;
    private final AdminAccess access;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final PrometheusMeterRegistry meters;
    private final List<HealthCheck> checks = new CopyOnWriteArrayList<>();

    private AdminServer(HttpServer server, AdminNames names, AdminAccess access, PrometheusMeterRegistry meters) {
        this.server = server;
        this.names = names;
        this.access = access;
        this.meters = meters;
    }

    /**
     * Binds the address and starts to serve requests. Until {@link #addChecks}, {@code /health/ready} reports that the
     * process is ready.
     *
     * @param address port 0 selects any free port
     * @throws IOException if the address cannot be bound
     */
    public static AdminServer start(InetSocketAddress address, PrometheusMeterRegistry meters) throws IOException {
        return start(address, AdminNames.NONE, AdminAccess.WITHOUT_TOKENS, meters, ServerSockets.NONE_NAMED);
    }

    /**
     * Like {@link #start(InetSocketAddress, PrometheusMeterRegistry)}, but port 0 never selects a port in {@code
     * named}.
     *
     * @param names host names that requests may use
     * @param access decides about requests for resources; closed by the caller
     * @param named ports that other settings of this process name
     */
    public static AdminServer start(InetSocketAddress address, AdminNames names, AdminAccess access,
            PrometheusMeterRegistry meters, IntPredicate named) throws IOException {
        AdminServer admin = new AdminServer(bind(address, named), names, access, meters);
        admin.server.setExecutor(admin.threads);
        admin.serve("/", exchange -> send(exchange, 404, JSON_TYPE, notFound()));
        admin.serve("/metrics", exchange -> send(exchange, 200, METRICS_TYPE, meters.scrape()));
        admin.serve("/health/live",
                exchange -> send(exchange, 200, JSON_TYPE, new HealthReport(List.of()).json()));
        admin.serve("/health/ready", admin::ready);
        admin.server.start();
        return admin;
    }

    private static HttpServer bind(InetSocketAddress address, IntPredicate named) throws IOException {
        HttpServer bound = HttpServer.create(address, BACKLOG);
        if (address.getPort() != 0 || !named.test(bound.getAddress().getPort())) {
            return bound;
        }
        try {
            // The system assigns another port while this one is held.
            return bind(address, named);
        } finally {
            bound.stop(0);
        }
    }

    /** Adds readiness checks. The process is ready while all of them are up. */
    public void addChecks(List<HealthCheck> more) {
        checks.addAll(more);
    }

    /**
     * Adds a resource.
     *
     * @throws IllegalArgumentException if another resource has the same path
     */
    public void add(AdminResource resource) {
        context(resource.path(), exchange -> {
            Optional<AdminAccess.Refusal> refusal = access.refusal(isRead(exchange),
                    exchange.getRequestHeaders().getFirst("Authorization"));
            if (refusal.isPresent()) {
                refuse(exchange, refusal.get());
            } else {
                answer(exchange, resource);
            }
        });
    }

    private static void refuse(HttpExchange exchange, AdminAccess.Refusal refusal) throws IOException {
        if (refusal.status() == UNAUTHORIZED) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
        }
        send(exchange, refusal.status(), JSON_TYPE, HealthReport.error(refusal.code(), refusal.message()));
    }

    /**
     * Adds files, which everyone may read.
     *
     * @throws IllegalArgumentException if a resource has the same path
     */
    public void add(AdminFiles files) {
        String path = files.path().substring(0, files.path().length() - 1);
        context(path, exchange -> {
            Optional<AdminFiles.Reply> reply = files.answer(exchange.getRequestURI().getPath(),
                    exchange.getRequestHeaders().getFirst("If-None-Match"));
            if (reply.isEmpty()) {
                send(exchange, 404, JSON_TYPE, notFound());
            } else if (!isRead(exchange)) {
                onlyReads(exchange);
            } else {
                reply.get().headers().forEach(exchange.getResponseHeaders()::set);
                if (reply.get().file() == null) {
                    exchange.sendResponseHeaders(reply.get().status(), -1);
                } else {
                    send(exchange, reply.get().status(), reply.get().file().type(), reply.get().file().bytes());
                }
            }
        });
    }

    private static void answer(HttpExchange exchange, AdminResource resource) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String method = exchange.getRequestMethod();
        String below = path.substring(resource.path().length());
        if (!below.isEmpty() && !below.startsWith("/")) {
            send(exchange, 404, JSON_TYPE, notFound());
        } else if (!List.of(resource.methods().split(", ")).contains(method)) {
            exchange.getResponseHeaders().set("Allow", resource.methods());
            send(exchange, 405, JSON_TYPE,
                    HealthReport.error("method_not_allowed", "only " + resource.methods() + " are allowed"));
        } else {
            AdminResource.Answer answer = resource
                    .answer(new AdminResource.Request(method.equals("HEAD") ? "GET" : method,
                            below.isEmpty() ? "" : below.substring(1), query(exchange.getRequestURI().getRawQuery())));
            if (answer.file() != null) {
                exchange.getResponseHeaders().set("Cache-Control", "no-store");
                send(exchange, answer.status(), answer.file().type(), answer.file().bytes());
            } else if (answer.json() == null) {
                exchange.sendResponseHeaders(answer.status(), -1);
            } else {
                send(exchange, answer.status(), JSON_TYPE, answer.json());
            }
        }
    }

    /** Parses the query. A URI that cannot be decoded is rejected by the server before this. */
    private static Map<String, String> query(String raw) {
        Map<String, String> query = new HashMap<>();
        for (String field : raw == null ? List.<String>of() : List.of(raw.split("&"))) {
            int equals = field.indexOf('=');
            String name = equals < 0 ? field : field.substring(0, equals);
            query.putIfAbsent(decoded(name), equals < 0 ? "" : decoded(field.substring(equals + 1)));
        }
        return query;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** Returns the address that is bound, with the actual port. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** Stops the server and aborts requests in progress, without waiting for them. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void ready(HttpExchange exchange) throws IOException {
        HealthReport report = HealthReport.of(checks);
        send(exchange, report.up() ? 200 : 503, JSON_TYPE, report.json());
    }

    /** Serves exactly {@code path}. The JDK's server alone would also match longer paths that start with it. */
    private void serve(String path, HttpHandler handler) {
        context(path, exchange -> {
            if (!path.equals("/") && !exchange.getRequestURI().getPath().equals(path)) {
                send(exchange, 404, JSON_TYPE, notFound());
            } else if (!isRead(exchange)) {
                onlyReads(exchange);
            } else {
                handler.handle(exchange);
            }
        });
    }

    private void context(String path, HttpHandler handler) {
        server.createContext(path, exchange -> {
            try (exchange) {
                Headers headers = exchange.getRequestHeaders();
                Optional<AdminAccess.Refusal> foreign = AdminAccess.foreign(headers.getFirst("Origin"),
                        headers.getFirst("Host"));
                if (names.allow(headers.get("Host"))) {
                    if (foreign.isPresent()) {
                        refuse(exchange, foreign.get());
                    } else {
                        handler.handle(exchange);
                    }
                } else {
                    send(exchange, MISDIRECTED, JSON_TYPE, HealthReport.error("unknown_host",
                            "use an IP address, localhost or a name in --admin-names to reach the admin port"));
                }
            }
        });
    }

    private static void limit(String property, int seconds) {
        System.getProperties().putIfAbsent(property, Integer.toString(seconds));
    }

    private static boolean isRead(HttpExchange exchange) {
        return exchange.getRequestMethod().equals("GET") || exchange.getRequestMethod().equals("HEAD");
    }

    private static void onlyReads(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        send(exchange, 405, JSON_TYPE, HealthReport.error("method_not_allowed", "only GET and HEAD are allowed"));
    }

    private static String notFound() {
        return HealthReport.error("not_found", "unknown path; try /metrics, /health/live or /health/ready");
    }

    private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        send(exchange, status, type, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", type);
        if (exchange.getRequestMethod().equals("HEAD")) {
            headers.set("Content-Length", Integer.toString(body.length));
            exchange.sendResponseHeaders(status, -1);
        } else {
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
