package io.millrace.platform.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

class SocketOutletTest {
    private static final int PIECE_BYTES = 10_000;
    private static final int BUFFER_BYTES = 16 * 1024;
    /** Two pieces each: more than both sockets accept. */
    private static final int MANY = 40;

    private final AtomicInteger channelWrites = new AtomicInteger();
    private final BlockingQueue<ChannelHandlerContext> accepted = new LinkedBlockingQueue<>();
    private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();
    private EventLoopGroup loops;
    private Channel listener;
    private Socket peer;

    @AfterEach
    void close() throws Exception {
        if (peer != null) {
            peer.close();
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    private ChannelHandlerContext connectByEpoll() throws Exception {
        assumeThat(Epoll.isAvailable()).as("epoll is available").isTrue();
        return connect(true, false);
    }

    /** The context of a handler on an accepted connection; another handler in front of it may count what is written. */
    private ChannelHandlerContext connect(boolean epoll, boolean behindAnother) throws Exception {
        loops = new MultiThreadIoEventLoopGroup(1, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        listener = new ServerBootstrap().group(loops)
                .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .childOption(ChannelOption.SO_SNDBUF, BUFFER_BYTES).childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (behindAnother) {
                            channel.pipeline().addLast(new Counting());
                        }
                        channel.pipeline().addLast(new Last());
                        accepted.add(channel.pipeline().lastContext());
                    }
                }).bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
        peer = new Socket();
        peer.setReceiveBufferSize(BUFFER_BYTES);
        peer.setSoTimeout(120_000);
        peer.connect(listener.localAddress());
        return accepted.poll(120, TimeUnit.SECONDS);
    }

    /** Takes the place of a service's handler; the outlet does everything. */
    private final class Last extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            faults.add(cause);
        }
    }

    private final class Counting extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            channelWrites.incrementAndGet();
            ctx.write(message, promise);
        }
    }

    /** Each byte is one more than the previous one, across pieces. */
    private static ByteBuf piece(int number) {
        ByteBuf piece = PooledByteBufAllocator.DEFAULT.directBuffer(PIECE_BYTES, PIECE_BYTES);
        for (int i = 0; i < PIECE_BYTES; i++) {
            piece.writeByte(number * PIECE_BYTES + i);
        }
        return piece;
    }

    private static List<ByteBuf> sendPair(SocketOutlet outlet, int number) {
        List<ByteBuf> pair = List.of(piece(number), piece(number + 1));
        outlet.send(pair);
        pair.forEach(ByteBuf::release);
        return pair;
    }

    private static void sendPairs(ChannelHandlerContext context, int count) throws Exception {
        context.executor().submit(() -> {
            SocketOutlet outlet = SocketOutlet.of(context);
            for (int i = 0; i < count; i++) {
                sendPair(outlet, 2 * i);
            }
        }).sync();
    }

    private void assertComplete(int pieces) throws Exception {
        byte[] all = peer.getInputStream().readNBytes(pieces * PIECE_BYTES);
        assertThat(all).hasSize(pieces * PIECE_BYTES);
        for (int i = 0; i < all.length; i++) {
            if (all[i] != (byte) i) {
                assertThat((int) all[i]).as("byte %s", i).isEqualTo((byte) i);
            }
        }
    }

    private static long waitingBytes(ChannelHandlerContext context) {
        return context.channel().unsafe().outboundBuffer().totalPendingWriteBytes();
    }

    @Test
    void bypassesChannelIfSocketAccepts() throws Exception {
        ChannelHandlerContext context = connectByEpoll();
        context.executor().submit(() -> {
            SocketOutlet outlet = SocketOutlet.of(context);
            ByteBuf piece = piece(0);
            outlet.send(List.of(piece));
            assertThat(piece.refCnt()).as("no other reference is held").isOne();
            piece.release();
        }).sync();
        assertComplete(1);
    }

    @Test
    void queuesRemainderInOrder() throws Exception {
        ChannelHandlerContext context = connectByEpoll();
        sendPairs(context, MANY);
        assertThat(waitingBytes(context)).as("the peer has read nothing").isPositive();
        assertComplete(2 * MANY);
    }

    @Test
    void queuedDataGoesFirst() throws Exception {
        ChannelHandlerContext context = connectByEpoll();
        context.executor().submit(() -> {
            context.write(piece(0));
            context.write(piece(1));
            sendPair(SocketOutlet.of(context), 2);
        }).sync();
        assertComplete(4);
    }

    @Test
    void handlersSeeEverything() throws Exception {
        sendPairs(connect(Epoll.isAvailable(), true), 1);
        assertComplete(2);
        assertThat(channelWrites).hasValue(2);
    }

    @Test
    void usesChannelWithoutEpoll() throws Exception {
        sendPairs(connect(false, false), MANY);
        assertComplete(2 * MANY);
    }

    @Test
    void closesChannelIfPeerIsGone() throws Exception {
        ChannelHandlerContext context = connectByEpoll();
        // Not reading, so that only a write can detect that the peer has left.
        context.channel().config().setAutoRead(false);
        peer.setSoLinger(true, 0);
        peer.close();
        for (int i = 0; i < 1_000 && context.channel().isOpen(); i++) {
            sendPairs(context, 1);
        }
        assertThat(context.channel().closeFuture().await(120, TimeUnit.SECONDS)).isTrue();
        assertThat(faults).allSatisfy(fault -> assertThat(fault).isInstanceOf(IOException.class));
    }

    @Test
    void closedOutletDoesNotWriteToReusedDescriptor() throws Exception {
        ChannelHandlerContext first = connectByEpoll();
        SocketOutlet outlet = SocketOutlet.of(first);
        int descriptor = descriptor(first);
        // They have their own descriptors already: the next free ones are those of their peers.
        List<Socket> peers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            peers.add(new Socket());
            peers.getLast().bind(null);
        }
        first.channel().close().sync();

        List<ChannelHandlerContext> others = new ArrayList<>();
        for (Socket next : peers) {
            next.setSoTimeout(120_000);
            next.connect(listener.localAddress());
            others.add(accepted.poll(120, TimeUnit.SECONDS));
        }
        assertThat(others).as("a connection has the descriptor of the closed one")
                .anyMatch(other -> descriptor(other) == descriptor);
        List<ByteBuf> late = first.executor().submit(() -> sendPair(outlet, 0)).sync().getNow();
        assertThat(late).as("no other reference is held").allMatch(piece -> piece.refCnt() == 0);
        for (ChannelHandlerContext other : others) {
            other.channel().close().sync();
        }
        for (Socket each : peers) {
            assertThat(each.getInputStream().readAllBytes()).isEmpty();
            each.close();
        }
    }

    private static int descriptor(ChannelHandlerContext context) {
        return ((EpollSocketChannel) context.channel()).fd().intValue();
    }
}
