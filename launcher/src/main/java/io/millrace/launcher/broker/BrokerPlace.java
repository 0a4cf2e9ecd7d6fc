package io.millrace.launcher.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.IntPredicate;

/**
 * What a broker needs of the machine: a directory of its own with room in it, and ports. Taken before anything starts, so
 * that whatever is wrong is reported at once.
 */
public final class BrokerPlace implements AutoCloseable {
    private final DataDirectory directory;
    private final BrokerPorts ports;
    private BrokerSettings settings;

    private BrokerPlace(DataDirectory directory, BrokerPorts ports) {
        this.directory = directory;
        this.ports = ports;
    }

    /**
     * @param named ports that "any free one" does not take
     * @throws io.millrace.platform.UserError if a port is taken, or the directory cannot be used or is full
     */
    public static BrokerPlace take(BrokerSettings wanted, IntPredicate named) {
        BrokerPlace place = new BrokerPlace(DataDirectory.open(wanted.dataDir()), new BrokerPorts(named));
        try {
            DiskSpace.of(wanted.dataDir()).checkStart(wanted.dataDir());
            place.settings = wanted.resolved(place.ports);
            NodeFormat.ensure(place.directory.kafka(), place.settings);
            return place;
        } catch (RuntimeException e) {
            place.close();
            throw e;
        }
    }

    /** With every port and voter decided. */
    BrokerSettings settings() {
        return settings;
    }

    DataDirectory directory() {
        return directory;
    }

    /** For Kafka to bind. */
    void releasePorts() {
        ports.close();
    }

    /** Again does no harm. */
    @Override
    public void close() {
        ports.close();
        try {
            directory.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the lock of the data directory", e);
        }
    }
}
