package io.millrace.outbound.webhook;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The target of a webhook: records what arrives before it responds as the test says. Thread-safe. */
final class Receiver implements AutoCloseable {
    /** A request. */
    record Request(String id, String signature, String body) {}

    /** Says how to respond. */
    @FunctionalInterface
    interface Answer {
        /** @param earlier how often the same event arrived before */
        void to(HttpExchange exchange, Request request, long earlier) throws IOException, InterruptedException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Answer answer = (exchange, _, _) -> status(exchange, 204);

    Receiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    void answers(Answer with) {
        answer = with;
    }

    static void status(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var request = new Request(exchange.getRequestHeaders().getFirst("Millrace-Event-Id"),
                    exchange.getRequestHeaders().getFirst("Millrace-Signature"),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            long earlier = requests.stream().filter(each -> each.id().equals(request.id())).count();
            requests.add(request);
            answer.to(exchange, request, earlier);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    WebhookUrl url() {
        return WebhookUrl.parse("http://127.0.0.1:" + server.getAddress().getPort() + "/hook?token=planted-token");
    }

    /** Returns the requests in the order of their arrival. */
    List<Request> requests() {
        return List.copyOf(requests);
    }

    List<String> ids() {
        return requests.stream().map(Request::id).toList();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
