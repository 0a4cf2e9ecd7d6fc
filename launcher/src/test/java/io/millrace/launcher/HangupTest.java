package io.millrace.launcher;

import io.millrace.testkit.Patience;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The contract of {@code sun.misc.Signal} on which {@link Hangup} relies. A JVM that does not keep it ends here. */
class HangupTest {
    @Test
    void everySignalRunsTheAction() throws Exception {
        AtomicInteger received = new AtomicInteger();
        Hangup.handle(received::incrementAndGet);
        for (int sent = 1; sent <= 2; sent++) {
            String pid = Long.toString(ProcessHandle.current().pid());
            assertThat(new ProcessBuilder("kill", "-HUP", pid).start().waitFor()).isZero();
            int expected = sent;
            Patience.await().until(() -> received.get() == expected);
        }
    }
}
