package io.millrace.launcher.broker;

import io.millrace.launcher.settings.HostPort;
import io.millrace.platform.FatalError;
import io.millrace.platform.UserError;
import io.millrace.platform.net.ServerSockets;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;

/**
 * A real Kafka in this process: one KRaft node, broker and controller, that keeps its log in the data
 * directory between runs. Alone it is a cluster of one; with {@code --voters} it is one of several.
 *
 * <p>What it acknowledges is in the page cache of this machine: it outlives the process, and not a power cut.
 * At most one a process, since Kafka's way of ending the process is global.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private final BrokerPlace place;
    private final KafkaRaftServer server;

    private EmbeddedBroker(BrokerPlace place, KafkaRaftServer server) {
        this.place = place;
        this.server = server;
    }

    /**
     * Returns once the broker serves; one of several waits for a majority of the others.
     *
     * @param fatal told if Kafka finds that it cannot go on
     * @throws UserError if a port is taken, or the directory cannot be used
     */
    public static EmbeddedBroker start(BrokerSettings wanted, FatalError fatal) {
        return start(BrokerPlace.take(wanted, ServerSockets.NONE_NAMED), fatal);
    }

    /**
     * The same in a place that was taken before.
     *
     * @param place is closed with the broker, or if it cannot start
     */
    public static EmbeddedBroker start(BrokerPlace place, FatalError fatal) {
        try {
            reportInsteadOfExit(fatal);
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

    /** Where clients find it. */
    public HostPort address() {
        return new HostPort(place.settings().host(), place.settings().port());
    }

    /** Ends cleanly, so that the next start is quick. */
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
        } catch (RuntimeException | InternalError e) { // of a mapped file on a full disk
            server.shutdown();
            throw new UserError("the Kafka broker cannot start in " + place.directory().kafka() + ": " + e.getMessage()
                    + "; the log above says more, and --data-dir names another directory", e);
        }
    }

    /** Kafka ends the process where it must not go on; here the process says why and ends in its own way. */
    private static void reportInsteadOfExit(FatalError fatal) {
        Exit.setExitProcedure(
                (code, message) -> fatal.fatal("the embedded Kafka broker failed", reason(code, message)));
        Exit.setHaltProcedure(
                (code, message) -> fatal.fatal("the embedded Kafka broker failed", reason(code, message)));
    }

    private static Throwable reason(int code, String message) {
        return new IllegalStateException(message == null ? "it ended with code " + code : message);
    }
}
