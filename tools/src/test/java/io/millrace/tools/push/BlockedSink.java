package io.millrace.tools.push;

import io.millrace.media.rtmp.MediaKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;

/** A sink whose server accepts no byte: a message is being sent until the sink is closed. Thread-safe. */
final class BlockedSink implements MediaSink {
    final CountDownLatch sending = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    @Override
    public void send(MediaKind kind, long timestampMs, ByteBuffer body) throws IOException {
        sending.countDown();
        try {
            closed.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        throw new IOException("the publish was closed");
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
