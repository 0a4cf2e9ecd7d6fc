package io.millrace.launcher.broker;

import io.millrace.platform.UserError;
import io.millrace.platform.net.ServerSockets;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;

/**
 * A Kafka server in this process: one KRaft node with the roles broker and controller, which keeps its log in the data
 * directory between runs. The node is a cluster of its own or, with {@code --voters}, one node of several.
 *
 * <p>Acknowledged records are in the page cache of this machine. They survive a crash of the process, but not a power
 * failure. A process can run only one embedded broker, because Kafka's exit procedure is global.
 */
public final class EmbeddedBroker implements AutoCloseable {
    /**
     * How long a Kafka thread that has called exit waits for the process to end, because Kafka's code does not expect
     * the call to return.
     */
    private static final long EXIT_SECONDS = 10;

    private final BrokerPlace place;
    private final KafkaRaftServer server;

    private EmbeddedBroker(BrokerPlace place, KafkaRaftServer server) {
        this.place = place;
        this.server = server;
    }

    /**
     * Starts a broker. Blocks until the broker serves; one of several brokers waits for a majority of the voters.
     *
     * @param failed called on a Kafka thread if the broker fails later, with the reason; the process must then end
     *        without closing the broker
     * @throws UserError if a port is in use, the directory cannot be used, or Kafka cannot start
     */
    public static EmbeddedBroker start(BrokerSettings wanted, Consumer<UserError> failed) {
        return start(BrokerPlace.take(wanted, ServerSockets.NONE_NAMED), failed);
    }

    /**
     * Starts a broker with resources that have already been acquired.
     *
     * @param place the resources, which are closed with the broker, or if the broker cannot start
     */
    public static EmbeddedBroker start(BrokerPlace place, Consumer<UserError> failed) {
        try {
            reportInsteadOfExit(place, failed);
            KafkaRaftServer server = new KafkaRaftServer(
                    new KafkaConfig(NodeConfig.of(place.settings(), place.directory().kafka()), false), Time.SYSTEM);
            EmbeddedBroker broker = new EmbeddedBroker(place, server);
            place.releasePorts();
            broker.startServer();
            return broker;
        } catch (RuntimeException e) {
            place.close();
            throw e;
        }
    }

    /** Returns the bootstrap address for clients. */
    public HostPort address() {
        return new HostPort(place.settings().host(), place.settings().port());
    }

    /** Shuts down cleanly, so that the next start need not recover the log. Blocks until the broker has ended. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
        Exit.resetExitProcedure();
        Exit.resetHaltProcedure();
        place.close();
    }

    private void startServer() {
        try {
            server.startup();
        } catch (RuntimeException | InternalError e) { // InternalError: a mapped file on a full disk
            server.shutdown();
            throw new UserError("the Kafka broker cannot start in " + place.directory().kafka() + ": " + e.getMessage()
                    + "; see the log above, or choose another directory with --data-dir", e);
        }
    }

    /** Replaces the procedures by which Kafka ends the JVM, so that the process reports the reason. */
    private static void reportInsteadOfExit(BrokerPlace place, Consumer<UserError> failed) {
        Exit.Procedure report = (code, message) -> {
            failed.accept(new UserError("the embedded Kafka broker failed: " + reason(place, code, message)));
            awaitExit();
        };
        Exit.setExitProcedure(report);
        Exit.setHaltProcedure(report);
    }

    private static String reason(BrokerPlace place, int code, String message) {
        return DiskSpace.exhausted(place.settings().dataDir())
                .map(full -> full + "; free disk space, then start it again")
                .orElse((message == null ? "it exited with code " + code : message)
                        + "; see the log above, then start it again");
    }

    private static void awaitExit() {
        try {
            TimeUnit.SECONDS.sleep(EXIT_SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
