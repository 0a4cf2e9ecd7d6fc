package io.millrace.launcher;

import io.millrace.launcher.push.PushJob;
import java.time.Duration;

/** A push at work beside the thread that owns the process. Its end is the end of the process's work. */
final class PushThread implements AutoCloseable {
    /** The server has this long to take what was sent. */
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);

    private final PushJob job;
    private final Thread thread;

    private PushThread(PushJob job, Thread thread) {
        this.job = job;
        this.thread = thread;
    }

    /** A push that fails is fatal, one that ends finishes the process. */
    static PushThread start(PushJob job, ProcessLife life) {
        return new PushThread(job, Thread.ofVirtual().name("push").start(() -> run(job, life)));
    }

    /** Ends the session in good order. */
    @Override
    public void close() {
        job.cancel();
        try {
            if (thread.join(CLOSE_DEADLINE)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }

    private static void run(PushJob job, ProcessLife life) {
        try {
            job.run();
            life.finish();
        } catch (UserError e) {
            life.fail(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            life.fatal("the push failed", e);
        }
    }
}
