package io.millrace.ingest.publish;

import io.millrace.platform.publish.PublishEnd;
import io.millrace.platform.publish.Publisher;
import java.util.concurrent.Executor;

/** A publisher without a connection: records whether it is being read from, and why it was closed. */
final class SwitchProbe implements Publisher {
    volatile boolean reading = true;
    volatile PublishEnd closedWith;
    private final Executor loop;

    SwitchProbe() {
        this(Runnable::run);
    }

    SwitchProbe(Executor loop) {
        this.loop = loop;
    }

    @Override
    public Executor loop() {
        return loop;
    }

    @Override
    public void pauseReading() {
        reading = false;
    }

    @Override
    public void resumeReading() {
        reading = true;
    }

    @Override
    public boolean knowsReconnect() {
        return false;
    }

    @Override
    public void requestReconnect(String description) {
        throw new AssertionError("this encoder does not support it");
    }

    @Override
    public void close(PublishEnd why, String description) {
        closedWith = why;
    }
}
