package io.millrace.platform.rtmp;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.rtmp.ClientEvent;
import io.millrace.media.rtmp.ClientSession;
import io.millrace.media.rtmp.RtmpUrl;
import io.millrace.platform.net.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Memory for eight publishers, of which the eighth reserve is left to a network other than that of the first seven. */
class PublisherReservesTest {
    private static final int PUBLISHERS = 8;
    private static final long MEMORY_BYTES = 4 << 20;

    private final RecordingApplication application = new RecordingApplication();
    private final RtmpMeters meters = new RtmpMeters(new SimpleMeterRegistry());
    private final SharedState shared = SharedState.of(ConnectionLimits.DEFAULT,
            new MemoryBudget(MEMORY_BYTES, MEMORY_BYTES / 4 * 3 / PUBLISHERS));
    private final List<EmbeddedChannel> channels = new ArrayList<>();

    @AfterEach
    void close() {
        channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    }

    @Test
    void lastReserveIsLeftToOtherNetwork() {
        for (int i = 1; i < PUBLISHERS; i++) {
            assertThat(publish("2001:db8::" + i)).isEqualTo(new ClientEvent.Started());
        }
        assertThat(publish("2001:db8::8")).isEqualTo(new ClientEvent.Failed("NetStream.Publish.Denied",
                "this server has no memory for another publisher; try again later"));
        assertThat(publish("2001:db8:0:1::1")).isEqualTo(new ClientEvent.Started());
    }

    /** Returns the server's answer to a publisher whose PROXY header names {@code address}. */
    private ClientEvent publish(String address) {
        RtmpHandler handler = new RtmpHandler(application, meters, ConnectionLimits.DEFAULT, shared, true);
        EmbeddedChannel channel = new EmbeddedChannel(handler);
        channels.add(channel);
        handler.peerIs(new InetSocketAddress(address, 1));
        ClientSession client = new ClientSession(RtmpUrl.parse(URI.create("rtmp://host/live/show")),
                new SplittableRandom(1));
        for (ByteBuffer up = client.takeOutput(); up.hasRemaining(); up = client.takeOutput()) {
            channel.writeInbound(Unpooled.wrappedBuffer(up));
            for (ByteBuf down = channel.readOutbound(); down != null; down = channel.readOutbound()) {
                ClientEvent event = client.next(down.nioBuffer());
                down.release();
                if (event != null) {
                    return event;
                }
            }
        }
        throw new AssertionError("no answer");
    }
}
