package io.millrace.launcher;

import io.millrace.platform.UserError;
import io.millrace.tools.Job;
import java.time.Duration;

/** Runs a job on a daemon thread of its own. When the job ends, the process ends. */
final class JobThread implements AutoCloseable {
    /** How long a cancelled job may take to end, and how long it may take after an interrupt. */
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);

    private final Job job;
    private final Thread thread;

    private JobThread(Job job, Thread thread) {
        this.job = job;
        this.thread = thread;
    }

    /**
     * Starts the job. When the job returns, {@code life} finishes; when the job throws an exception, {@code life}
     * fails.
     *
     * @param name name of the job in messages, such as {@code push}
     */
    static JobThread start(String name, Job job, ProcessLife life) {
        return new JobThread(job, Thread.ofPlatform().daemon().name(name).start(() -> run(name, job, life)));
    }

    /**
     * Cancels the job and waits for its end for 5 s, then interrupts it and waits for 5 s more. A job that has not
     * ended by then continues until the process ends.
     */
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
