package io.millrace.edge.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AcceptTurnsTest {
    private static final int WAITING = 8;

    private final List<Object> passed = new ArrayList<>();
    private final List<EmbeddedChannel> accepted = new ArrayList<>();
    private final EmbeddedChannel listener = new EmbeddedChannel(new AcceptTurns(1, WAITING),
            new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                    passed.add(message);
                }
            });

    private static final class Accepted extends EmbeddedChannel {
        private final String address;

        Accepted(String address) {
            this.address = address;
        }

        @Override
        protected SocketAddress remoteAddress0() {
            return new InetSocketAddress(address, 5000);
        }
    }

    private EmbeddedChannel accept(String address) {
        var connection = new Accepted(address);
        accepted.add(connection);
        listener.writeInbound(connection);
        return connection;
    }

    /** Lets the event loop of the newest connection that was passed on read from it. */
    private void read() {
        ((EmbeddedChannel) passed.getLast()).runPendingTasks();
        listener.runPendingTasks();
    }

    @AfterEach
    void close() {
        listener.finishAndReleaseAll();
        accepted.forEach(EmbeddedChannel::finishAndReleaseAll);
    }

    @Test
    void connectionOvertakesNetworksWithMany() {
        List<EmbeddedChannel> first = Stream.of("127.0.1.1", "127.0.1.1", "127.0.1.1").map(this::accept).toList();
        accept("127.0.1.2");
        accept("127.0.1.2");
        EmbeddedChannel late = accept("127.0.0.2");
        assertThat(passed).as("one connection until it is read").containsExactly(first.getFirst());
        read();
        read();
        assertThat(passed).hasSize(3).contains(late);
        for (int i = 0; i < 3; i++) {
            read();
        }
        assertThat(passed).containsExactlyInAnyOrderElementsOf(accepted);
    }

    @Test
    void stopsAcceptingAtLimitOfWaitingConnections() {
        accept("127.0.1.1");
        for (int i = 1; i < WAITING; i++) {
            accept("127.0.1.1");
        }
        assertThat(listener.config().isAutoRead()).isTrue();
        accept("127.0.1.1");
        assertThat(listener.config().isAutoRead()).as("at the limit").isFalse();
        read();
        assertThat(listener.config().isAutoRead()).isTrue();
    }

    @Test
    void closesWaitingConnectionsWithListener() {
        EmbeddedChannel first = accept("127.0.1.1");
        EmbeddedChannel second = accept("127.0.1.1");
        listener.close();
        assertThat(second.isOpen()).isFalse();
        assertThat(first.isOpen()).isTrue();
        read();
        assertThat(passed).containsExactly(first);
    }
}
