package io.millrace.platform.net;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AcceptFaultsTest {
    @Test
    void pausesOneSecondAndLogsOnce() {
        Logger logger = new LoggerContext().getLogger("listener");
        var said = new ListAppender<ILoggingEvent>();
        said.start();
        logger.addAppender(said);
        EmbeddedChannel listener = new EmbeddedChannel(new AcceptFaults(logger));
        listener.freezeTime();
        for (int i = 0; i < 1_000; i++) {
            listener.pipeline().fireExceptionCaught(new IOException("accept(..) failed: Too many open files"));
        }
        listener.checkException();
        assertThat(listener.config().isAutoRead()).isFalse();
        listener.advanceTimeBy(1, TimeUnit.SECONDS);
        listener.runScheduledPendingTasks();
        assertThat(listener.config().isAutoRead()).isTrue();
        assertThat(said.list).hasSize(LineQuota.LINES_PER_PEER).allSatisfy(event -> {
            assertThat(event.getFormattedMessage()).endsWith("accept(..) failed: Too many open files");
            assertThat(event.getThrowableProxy()).isNull();
        });
        listener.finishAndReleaseAll();
    }
}
