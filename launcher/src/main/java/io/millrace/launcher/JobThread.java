package io.millrace.launcher;

import io.millrace.platform.UserError;
import java.time.Duration;

/** A job at work beside the thread that owns the process. Its end is the end of the process's work. */
final class JobThread implements AutoCloseable {
    /** A server has this long to take what was sent, a disk what was written. */
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);

    private final Job job;
    private final Thread thread;

    private JobThread(Job job, Thread thread) {
        this.job = job;
        this.thread = thread;
    }

    /**
     * A job that fails is fatal, one that ends finishes the process.
     *
     * @param name what it is, for people: {@code push}
     */
    static JobThread start(String name, Job job, ProcessLife life) {
        return new JobThread(job, Thread.ofPlatform().daemon().name(name).start(() -> run(name, job, life)));
    }

    /** Ends it in good order. */
    @Override
    public void close() {
        job.cancel();
        try {
            if (thread.join(CLOSE_DEADLINE)) {
                return;
            }
            thread.interrupt();
            thread.join(CLOSE_DEADLINE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void run(String name, Job job, ProcessLife life) {
        try {
            job.run();
            life.finish();
        } catch (UserError e) {
            life.fail(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            life.fatal("the " + name + " failed", e);
        }
    }
}
