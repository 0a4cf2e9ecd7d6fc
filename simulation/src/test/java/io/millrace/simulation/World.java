package io.millrace.simulation;

import io.millrace.simulation.engine.Chance;
import io.millrace.simulation.engine.EventQueue;
import java.util.Optional;

/** The environment that encoders and nodes of a simulation share. */
interface World {
    EventQueue events();

    Chance chance();

    History history();

    /** Whether ingest nodes write what only the next release can read. */
    boolean isNextReleaseFinal();

    /** Returns a new connection, which is not open yet. */
    EncoderConnection connection(SimulatedEncoder encoder, NodeProcess node);

    /** Returns a node as a load balancer would choose: any that is not dead. */
    Optional<NodeProcess> anyNode();
}
