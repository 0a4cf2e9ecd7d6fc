package io.millrace.platform.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.platform.admin.AdminResource.Answer;
import io.millrace.platform.net.ServerSockets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
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
    /** 413 Content Too Large, RFC 9110, 15.5.14. */
    private static final int TOO_LARGE = 413;
    /** Limit of a request's body. A relay with several certificates needs less. */
    static final int BODY_BYTES = 16 << 10;
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
    /** The operations that need no token. */
    private final AdminRoutes open;
    private final AdminRoutes routes = new AdminRoutes();
    private final List<AdminFiles> files = new CopyOnWriteArrayList<>();
    private final List<HealthCheck> checks = new CopyOnWriteArrayList<>();

    private AdminServer(HttpServer server, AdminNames names, AdminAccess access, PrometheusMeterRegistry meters) {
        this.server = server;
        this.names = names;
        this.access = access;
        open = AdminRoutes.of(List.of(() -> List.of(
                AdminRoute.get("/metrics", _ -> Answer.of(new AdminFile(METRICS_TYPE,
                        meters.scrape().getBytes(StandardCharsets.UTF_8)))),
                AdminRoute.get("/health/live", _ -> new Answer(200, new HealthReport(List.of()).json())),
                AdminRoute.get("/health/ready", _ -> ready()))));
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
        admin.server.createContext("/", admin::handle);
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
     * @throws IllegalArgumentException if another resource has one of its operations
     */
    public void add(AdminResource resource) {
        resource.routes().forEach(routes::add);
    }

    /** Adds files, which everyone may read. No resource has a path below theirs. */
    public void add(AdminFiles more) {
        files.add(more);
    }

    /** Returns all operations as the OpenAPI document names them, sorted; files are not among them. */
    public Set<String> operations() {
        Set<String> operations = new TreeSet<>(open.operations());
        operations.addAll(routes.operations());
        return operations;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Headers headers = exchange.getRequestHeaders();
            Optional<AdminAccess.Refusal> foreign = AdminAccess.foreign(headers.getFirst("Origin"),
                    headers.getFirst("Host"));
            if (!names.allow(headers.get("Host"))) {
                send(exchange, MISDIRECTED, JSON_TYPE, HealthReport.error("unknown_host",
                        "use an IP address, localhost or a name in --admin-names to reach the admin port"));
            } else if (foreign.isPresent()) {
                refuse(exchange, foreign.get());
            } else {
                answer(exchange);
            }
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        Optional<AdminFiles.Reply> file = files.stream()
                .flatMap(each -> each.answer(path, exchange.getRequestHeaders().getFirst("If-None-Match")).stream())
                .findFirst();
        if (file.isPresent()) {
            answer(exchange, file.get());
        } else if (open.has(path)) {
            answer(exchange, open);
        } else if (routes.has(path)) {
            Optional<AdminAccess.Refusal> refusal = access.refusal(isRead(exchange),
                    exchange.getRequestHeaders().getFirst("Authorization"));
            if (refusal.isPresent()) {
                refuse(exchange, refusal.get());
            } else {
                answer(exchange, routes);
            }
        } else {
            send(exchange, 404, JSON_TYPE, HealthReport.error("not_found",
                    "unknown path; try /metrics, /health/live, /health/ready or /api/v1/openapi.json"));
        }
    }

    private static void refuse(HttpExchange exchange, AdminAccess.Refusal refusal) throws IOException {
        if (refusal.status() == UNAUTHORIZED) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
        }
        send(exchange, refusal.status(), JSON_TYPE, HealthReport.error(refusal.code(), refusal.message()));
    }

    private static void answer(HttpExchange exchange, AdminFiles.Reply reply) throws IOException {
        if (!isRead(exchange)) {
            methodNotAllowed(exchange, "GET, HEAD");
            return;
        }
        reply.headers().forEach(exchange.getResponseHeaders()::set);
        if (reply.file() == null) {
            exchange.sendResponseHeaders(reply.status(), -1);
        } else {
            send(exchange, reply.status(), reply.file().type(), reply.file().bytes());
        }
    }

    private static void answer(HttpExchange exchange, AdminRoutes from) throws IOException {
        String path = exchange.getRequestURI().getPath();
        byte[] body = body(exchange);
        if (body.length > BODY_BYTES) {
            send(exchange, TOO_LARGE, JSON_TYPE, HealthReport.error("body_too_large",
                    "the body of a request has at most " + BODY_BYTES + " bytes"));
            return;
        }
        Optional<Answer> found = from.answer(exchange.getRequestMethod(), path,
                query(exchange.getRequestURI().getRawQuery()), new String(body, StandardCharsets.UTF_8));
        if (found.isEmpty()) {
            methodNotAllowed(exchange, from.methods(path));
            return;
        }
        Answer answer = found.get();
        if (answer.file() != null) {
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            send(exchange, answer.status(), answer.file().type(), answer.file().bytes());
        } else if (answer.json() == null) {
            exchange.sendResponseHeaders(answer.status(), -1);
        } else {
            send(exchange, answer.status(), JSON_TYPE, answer.json());
        }
    }

    /** Reads the body, up to one byte more than its limit. */
    private static byte[] body(HttpExchange exchange) throws IOException {
        String method = exchange.getRequestMethod();
        return method.equals("POST") || method.equals("PUT")
                ? exchange.getRequestBody().readNBytes(BODY_BYTES + 1)
                : new byte[0];
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

    private Answer ready() {
        HealthReport report = HealthReport.of(checks);
        return new Answer(report.up() ? 200 : 503, report.json());
    }

    private static void limit(String property, int seconds) {
        System.getProperties().putIfAbsent(property, Integer.toString(seconds));
    }

    private static boolean isRead(HttpExchange exchange) {
        return exchange.getRequestMethod().equals("GET") || exchange.getRequestMethod().equals("HEAD");
    }

    private static void methodNotAllowed(HttpExchange exchange, String methods) throws IOException {
        exchange.getResponseHeaders().set("Allow", methods);
        send(exchange, 405, JSON_TYPE,
                HealthReport.error("method_not_allowed", "only " + methods + " are allowed"));
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
