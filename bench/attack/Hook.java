import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/**
 * A publish hook that allows everything, with no code of the server: {@code java Hook.java}. Takes {@link #SLOW_MS} for names that begin
 * with {@code question}, and answers all others at once. Writes its port.
 */
final class Hook {
    private static final int SLOW_MS = 500;

    private Hook() {}

    public static void main(String[] arguments) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            boolean slow = new String(exchange.getRequestBody().readAllBytes()).contains("name=question");
            try {
                Thread.sleep(slow ? SLOW_MS : 0);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        System.out.println(server.getAddress().getPort());
    }
}
