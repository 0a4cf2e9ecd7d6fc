package io.millrace.ingest.publish;

import io.millrace.platform.rtmp.CloseReason;
import io.millrace.platform.rtmp.Publisher;

/** Stands where a connection stands and remembers where its reading switch is. */
final class SwitchProbe implements Publisher {
    volatile boolean reading = true;
    volatile String closedWith;

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
        throw new AssertionError("does not know it");
    }

    @Override
    public void close(CloseReason reason, String code, String description) {
        closedWith = code;
    }
}
