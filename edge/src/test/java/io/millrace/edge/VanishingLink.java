package io.millrace.edge;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A link to a server whose client can vanish as if its cable was pulled: from then on, the kernel discards what arrives
 * at its socket before TCP sees it, so nothing is acknowledged and nothing refused. For one client; Linux only.
 */
final class VanishingLink implements AutoCloseable {
    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_FILTER = 26;
    /** BPF_RET | BPF_K: returns a constant, the number of bytes of a packet to keep. */
    private static final int RETURN = 0x06;
    private static final int PROGRAM_BYTES = 16;

    private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final Channel server;
    private volatile Socket client;

    VanishingLink(int serverPort) throws IOException {
        server = new Bootstrap().group(group).channel(EpollSocketChannel.class)
                .handler(new SimpleChannelInboundHandler<ByteBuf>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) throws IOException {
                        bytes.readBytes(client.getOutputStream(), bytes.readableBytes());
                    }
                }).connect(InetAddress.getLoopbackAddress(), serverPort).syncUninterruptibly().channel();
        Thread.startVirtualThread(this::pass);
    }

    int port() {
        return listener.getLocalPort();
    }

    private void pass() {
        byte[] piece = new byte[4_096];
        try {
            client = listener.accept();
            InputStream in = client.getInputStream();
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                server.writeAndFlush(Unpooled.copiedBuffer(piece, 0, count)).syncUninterruptibly();
            }
        } catch (IOException _) {
            // Closed.
        }
    }

    void vanish() {
        ByteBuf nothing = Unpooled.directBuffer(Long.BYTES).writeShortLE(RETURN).writeZero(Long.BYTES - Short.BYTES);
        ByteBuffer program = ByteBuffer.allocateDirect(PROGRAM_BYTES).order(ByteOrder.nativeOrder())
                .putShort(0, (short) 1).putLong(Long.BYTES, nothing.memoryAddress());
        server.config().setOption(
                new RawUnixChannelOption("SO_ATTACH_FILTER", SOL_SOCKET, SO_ATTACH_FILTER, PROGRAM_BYTES), program);
        nothing.release();
    }

    @Override
    public void close() throws IOException {
        server.close().syncUninterruptibly();
        group.shutdownGracefully();
        listener.close();
        if (client != null) {
            client.close();
        }
    }
}
