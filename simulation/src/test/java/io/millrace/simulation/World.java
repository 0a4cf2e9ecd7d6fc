package io.millrace.simulation;

import io.millrace.simulation.engine.Chance;
import io.millrace.simulation.engine.EventQueue;
import java.util.Optional;

/** What encoders and nodes share in one simulation. */
interface World {
    EventQueue events();

    Chance chance();

    History history();

    /** A new connection; it is not open yet. */
    EncoderConnection connection(SimulatedEncoder encoder, NodeProcess node);

    /** A node that a balancer would choose: any that is not dead. */
    Optional<NodeProcess> anyNode();
}
