package io.millrace.launcher;

import io.millrace.testkit.Patience;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The contract of {@code sun.misc.Signal} on which {@link Hangup} relies. A JVM that does not keep it ends here. */
class HangupTest {
    private static final Path STATUS = Path.of("/proc/self/status");
    /** Mask of the signals that the process was started to ignore; SIGHUP is the lowest bit. */
    private static final Pattern IGNORED = Pattern.compile("SigIgn:\\s*[0-9a-f]*[13579bdf]\\n");

    @Test
    void everySignalRunsTheAction() throws Exception {
        // Under nohup, a JVM ignores SIGHUP, which is what nohup is for.
        boolean isIgnored = Files.exists(STATUS) && IGNORED.matcher(Files.readString(STATUS)).find();
        AtomicInteger received = new AtomicInteger();
        Hangup.handle(received::incrementAndGet);
        for (int sent = 1; sent <= 2; sent++) {
            String pid = Long.toString(ProcessHandle.current().pid());
            assertThat(new ProcessBuilder("kill", "-HUP", pid).start().waitFor()).isZero();
            int expected = isIgnored ? 0 : sent;
            Patience.await().until(() -> received.get() == expected);
        }
    }
}
