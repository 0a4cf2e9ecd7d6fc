package io.millrace.launcher;

import io.millrace.platform.net.PeerLog;
import io.millrace.testkit.LogCapture;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.bridge.SLF4JBridgeHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Caffeine and the JDK's HTTP server use java.util.logging, which is redirected to our log and printed nowhere else.
 */
@Isolated("the bridge is the process's")
class JdkLoggingTest {
    private final Logger root = LogManager.getLogManager().getLogger("");
    private final Handler[] before = root.getHandlers();

    @BeforeEach
    void bridge() {
        Logging.bridgeJdkLogging();
    }

    @AfterEach
    void asBefore() {
        SLF4JBridgeHandler.uninstall();
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        for (Handler handler : before) {
            root.addHandler(handler);
        }
    }

    @Test
    void isRedirectedToOurLog() {
        try (LogCapture said = new LogCapture(PeerLog.class)) {
            Logger.getLogger(PeerLog.class.getName()).log(Level.WARNING, "from {0}", "the JDK");
            assertThat(said.lines()).containsExactly("WARN from the JDK");
        }
    }

    @Test
    void isWrittenNowhereElse() {
        Logging.bridgeJdkLogging();
        assertThat(root.getHandlers()).as("twice is once").singleElement().isInstanceOf(SLF4JBridgeHandler.class);
    }
}
