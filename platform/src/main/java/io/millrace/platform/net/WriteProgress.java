package io.millrace.platform.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Detects whether the peer of a channel reads what is written to it, by comparing the outbound buffer between two calls
 * instead of observing every write. Confined to the event loop.
 */
public final class WriteProgress {
    private final Channel channel;
    /**
     * The state of the outbound buffer at the last call: its current message, its size, and how much of the message was
     * sent.
     */
    private Object firstWaiting;
    private long waitingBytes;
    private long sentBytes;

    public WriteProgress(Channel channel) {
        this.channel = channel;
    }

    /**
     * Returns false if bytes are waiting and the socket has accepted none of them since the last call; true for a
     * closed channel.
     */
    public boolean hasProgressed() {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        if (out == null) {
            return true;
        }
        boolean progressed = out.current() == null || out.current() != firstWaiting
                || out.totalPendingWriteBytes() != waitingBytes || out.currentProgress() != sentBytes;
        firstWaiting = out.current();
        waitingBytes = out.totalPendingWriteBytes();
        sentBytes = out.currentProgress();
        return progressed;
    }
}
