package io.millrace.launcher.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.IntPredicate;

/**
 * The resources that an embedded broker needs on this machine: an exclusive data directory with enough free space, and
 * ports. They are acquired before anything starts, so that problems are reported immediately. Confined to one thread.
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
     * Locks and formats the directory and binds the ports.
     *
     * @param named returns whether a flag names a port; such a port is never chosen for a flag with the value 0
     * @throws io.millrace.platform.UserError if a port is in use, the directory cannot be used, or its disk is full
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

    /** Returns the settings with the actual ports and voters. */
    BrokerSettings settings() {
        return settings;
    }

    DataDirectory directory() {
        return directory;
    }

    /** Releases the ports, so that Kafka can bind them. */
    void releasePorts() {
        ports.close();
    }

    /** Releases the ports and the lock of the directory. Idempotent. */
    @Override
    public void close() {
        ports.close();
        try {
            directory.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot release the lock of the data directory", e);
        }
    }
}
