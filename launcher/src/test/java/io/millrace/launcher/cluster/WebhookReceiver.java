package io.millrace.launcher.cluster;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * The target of a webhook as a process that a test kills: writes each request to a file before it responds, and takes some
 * time for that, so that requests are in flight all the time. Arguments: host, port, file.
 *
 * <p>A line of the file is the event's id, a tab and the body. A line that a kill has cut off has no end.
 */
final class WebhookReceiver {
    /** How long a request is in flight. */
    static final int RESPONSE_MS = 50;

    private final Path log;

    private WebhookReceiver(Path log) {
        this.log = log;
    }

    public static void main(String[] args) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(args[0], Integer.parseInt(args[1])), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", new WebhookReceiver(Path.of(args[2]))::handle);
        server.start();
        System.out.println("ready receiver=" + args[1]);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String line = exchange.getRequestHeaders().getFirst("Millrace-Event-Id") + "\t" + body + "\n";
            synchronized (this) {
                Files.writeString(log, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
            LockSupport.parkNanos(RESPONSE_MS * 1_000_000L);
            exchange.sendResponseHeaders(204, -1);
        }
    }
}
