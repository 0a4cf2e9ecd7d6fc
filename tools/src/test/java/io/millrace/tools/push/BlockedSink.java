package io.millrace.tools.push;

import io.millrace.media.rtmp.MediaKind;
import io.millrace.testkit.Patience;
import io.millrace.tools.Job;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import static org.assertj.core.api.Assertions.assertThat;

/** A sink whose server accepts no byte: a message is being sent until the sink is closed. Thread-safe. */
final class BlockedSink implements MediaSink {
    private final CountDownLatch sending = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Runs a job that sends to this sink, and cancels it while its first message is being sent. */
    void assertCancelEnds(Job job) throws InterruptedException {
        var ended = new CompletableFuture<Void>();
        Thread thread = Thread.startVirtualThread(() -> {
            try {
                job.run();
                ended.complete(null);
            } catch (InterruptedException | RuntimeException e) {
                ended.completeExceptionally(e);
            }
        });
        try {
            sending.await();
            job.cancel();
            assertThat(ended).succeedsWithin(Patience.TIME);
        } finally {
            thread.interrupt();
        }
    }

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
