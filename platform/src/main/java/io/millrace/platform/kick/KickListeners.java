package io.millrace.platform.kick;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.log.Kick;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What closes connections when a kick is read: the services of this process. A service that has left is not called any
 * more, nor is it still being called, since its event loops end next and reject work. Thread-safe.
 */
final class KickListeners {
    private final List<Consumer<Kick>> listeners = new ArrayList<>();

    /** Adds a listener, which is called until the result is closed. Must not block, nor use this object. */
    synchronized KafkaClients.Closing add(Consumer<Kick> listener) {
        listeners.add(listener);
        return () -> remove(listener);
    }

    private synchronized void remove(Consumer<Kick> listener) {
        listeners.removeIf(each -> each == listener);
    }

    synchronized void read(Kick kick) {
        listeners.forEach(listener -> listener.accept(kick));
    }
}
