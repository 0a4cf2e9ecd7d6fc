package io.millrace.launcher.broker;

import io.millrace.launcher.settings.HostPort;
import io.millrace.platform.FatalError;
import io.millrace.platform.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
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
    private final DataDirectory directory;
    private final BrokerSettings settings;
    private final KafkaRaftServer server;

    private EmbeddedBroker(DataDirectory directory, BrokerSettings settings, KafkaRaftServer server) {
        this.directory = directory;
        this.settings = settings;
        this.server = server;
    }

    /**
     * Returns once the broker serves; one of several waits for a majority of the others.
     *
     * @param fatal told if Kafka finds that it cannot go on
     * @throws UserError if a port is taken, or the directory cannot be used
     */
    public static EmbeddedBroker start(BrokerSettings wanted, FatalError fatal) {
        DataDirectory directory = DataDirectory.open(wanted.dataDir());
        try {
            BrokerSettings settings = wanted.resolved();
            NodeFormat.ensure(directory.kafka(), settings);
            reportInsteadOfExit(fatal);
            KafkaRaftServer server = new KafkaRaftServer(
                    new KafkaConfig(NodeConfig.of(settings, directory.kafka()), false), Time.SYSTEM);
            EmbeddedBroker broker = new EmbeddedBroker(directory, settings, server);
            broker.startServer();
            return broker;
        } catch (RuntimeException e) {
            close(directory);
            throw e;
        }
    }

    /** Where clients find it. */
    public HostPort address() {
        return new HostPort(settings.host(), settings.port());
    }

    /** Ends cleanly, so that the next start is quick. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
        Exit.resetExitProcedure();
        Exit.resetHaltProcedure();
        close(directory);
    }

    private void startServer() {
        try {
            server.startup();
        } catch (RuntimeException e) {
            server.shutdown();
            throw new UserError("the Kafka broker cannot start in " + directory.kafka() + ": " + e.getMessage()
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

    private static void close(DataDirectory directory) {
        try {
            directory.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the lock of the data directory", e);
        }
    }
}
