package io.millrace.platform.rtmp;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.StreamName;
import io.millrace.media.amf.Amf0Writer;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.media.rtmp.PlayChunks;
import io.millrace.platform.access.AccessRequest;
import io.millrace.platform.net.MemoryBudget;
import io.millrace.platform.publish.PublishEnd;
import io.millrace.platform.publish.PublishSink;
import io.millrace.platform.publish.Publisher;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static io.millrace.media.amf.AmfValue.field;
import static org.assertj.core.api.Assertions.assertThat;

/** Two publishes and a play on one connection. The test writes the bytes itself, because our clients use one stream only. */
class SeveralStreamsTest {
    private static final int COMMAND = 20;
    private static final int VIDEO = 9;

    private final RecordingApplication application = new RecordingApplication();
    private final RtmpHandler handler = new RtmpHandler(application, new RtmpMeters(new SimpleMeterRegistry()),
            ConnectionLimits.DEFAULT, SharedState.of(ConnectionLimits.DEFAULT, MemoryBudget.unlimited()), false);
    private final EmbeddedChannel channel = new EmbeddedChannel(handler);

    @BeforeEach
    void connect() {
        channel.freezeTime();
        channel.writeInbound(Unpooled.wrappedBuffer(new ByteWriter().uint8(3).bytes(new byte[2 * 1536]).view()));
        command(0, "connect", 1, AmfValue.Obj.of(field("app", "live"), field("tcUrl", "rtmp://h/live")));
        for (int stream = 1; stream <= 3; stream++) {
            command(0, "createStream", stream + 1, AmfValue.NULL);
        }
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void endOfOnePublishDoesNotEndOther() {
        publish(1, "one");
        publish(2, "two");
        assertThat(application.requests).extracting(AccessRequest::stream)
                .containsExactly(new StreamName("live/one"), new StreamName("live/two"));
        video(1, 10);
        video(2, 20);
        command(0, "deleteStream", 0, AmfValue.NULL, new AmfValue.Number(1));
        video(1, 11);
        video(2, 21);
        assertThat(application.messages).extracting(RecordingApplication.Message::timestampMs)
                .containsExactly(10L, 20L, 21L);
        assertThat(application.ends).extracting(RecordingApplication.Ended::end)
                .containsExactly(PublishSink.End.UNPUBLISHED);
        channel.close();
        assertThat(application.ends).extracting(RecordingApplication.Ended::end)
                .containsExactly(PublishSink.End.UNPUBLISHED, PublishSink.End.DISCONNECTED);
    }

    @Test
    void connectionClosesWithLastStream() {
        publish(1, "one");
        publish(2, "two");
        List<Publisher> publishers = new ArrayList<>(application.publishers);
        publishers.get(0).close(PublishEnd.TAKEN_OVER, "taken over");
        assertThat(application.ends).hasSize(1);
        video(1, 10);
        video(2, 20);
        assertThat(application.messages).extracting(RecordingApplication.Message::timestampMs).containsExactly(20L);
        publishers.get(1).close(PublishEnd.TAKEN_OVER, "taken over");
        assertThat(application.ends).hasSize(2);
        video(2, 21);
        assertThat(application.messages).hasSize(1);
        for (int second = 0; second < 3; second++) {
            channel.advanceTimeBy(1, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
        }
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void pausesReadingWhileAnyPublishIsPaused() {
        publish(1, "one");
        publish(2, "two");
        List<Publisher> publishers = new ArrayList<>(application.publishers);
        publishers.forEach(Publisher::pauseReading);
        publishers.get(0).resumeReading();
        assertThat(channel.config().isAutoRead()).isFalse();
        command(2, "closeStream", 0, AmfValue.NULL);
        assertThat(channel.config().isAutoRead()).as("the paused publish has ended").isTrue();
    }

    @Test
    void publisherMayAlsoPlay() {
        application.playAnswer = CompletableFuture
                .completedFuture(new PlayAnswer.Accepted(application.playSink));
        publish(1, "one");
        command(2, "play", 0, AmfValue.NULL, new AmfValue.Text("other"));
        assertThat(application.plays).extracting(PlayRequest::stream).containsExactly(new StreamName("live/other"));
        Player player = application.players.remove();
        player.start();
        ByteBuf message = Unpooled.wrappedBuffer(PlayChunks.message(MediaKind.VIDEO, 40, ByteBuffer.allocate(3)));
        player.send(List.of(message));
        assertThat(message.release()).as("no other reference is held").isTrue();
        assertThat(sent()).as("sent on the stream of the play")
                .endsWith("000028" + "000003" + "09" + "02000000" + "000000");
        player.end();
        assertThat(application.played).containsExactly("ended");
        video(1, 10);
        assertThat(application.messages).as("the publish continues").hasSize(1);
        command(3, "play", 0, AmfValue.NULL, new AmfValue.Text("third"));
        channel.close();
        assertThat(application.played).containsExactly("ended", "ended");
    }

    /** The application has not answered yet, for example because it waits for the stream. */
    @Test
    void applicationLearnsThatWaitingPlayerHasLeft() {
        application.playAnswer = new CompletableFuture<>();
        List<String> left = new ArrayList<>();
        for (int stream = 1; stream <= 3; stream++) {
            command(stream, "play", 0, AmfValue.NULL, new AmfValue.Text("late"));
            String name = "play " + stream;
            application.players.remove().whenOver(() -> left.add(name));
        }
        command(1, "closeStream", 0, AmfValue.NULL);
        assertThat(left).containsExactly("play 1");
        command(0, "deleteStream", 0, AmfValue.NULL, new AmfValue.Number(2));
        assertThat(left).containsExactly("play 1", "play 2");
        channel.close();
        assertThat(left).containsExactly("play 1", "play 2", "play 3");
    }

    /** A TLS decoder passes on all records that it has, even after the first has caused the connection to close. */
    @Test
    void ignoresRequestAfterClose() {
        publish(1, "one");
        channel.pipeline().fireExceptionCaught(new IOException("reset"));
        assertThat(channel.isOpen()).isFalse();
        handler.channelRead(null, commandBytes(2, "publish", 0, AmfValue.NULL, new AmfValue.Text("two"),
                new AmfValue.Text("live")));
        assertThat(application.requests).extracting(AccessRequest::stream).containsExactly(new StreamName("live/one"));
        assertThat(application.ends).hasSize(1);
    }

    private String sent() {
        var hex = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            hex.append(ByteBufUtil.hexDump(out));
            out.release();
        }
        return hex.toString();
    }

    private void publish(int stream, String name) {
        command(stream, "publish", 0, AmfValue.NULL, new AmfValue.Text(name), new AmfValue.Text("live"));
    }

    private void command(int stream, String name, double transaction, AmfValue object, AmfValue... arguments) {
        give(commandBytes(stream, name, transaction, object, arguments));
    }

    private static ByteBuf commandBytes(int stream, String name, double transaction, AmfValue object,
            AmfValue... arguments) {
        ByteWriter body = new ByteWriter();
        new Amf0Writer(body).value(new AmfValue.Text(name)).value(new AmfValue.Number(transaction)).value(object)
                .values(List.of(arguments));
        return message(stream, COMMAND, 0, body.view());
    }

    private void video(int stream, int timestamp) {
        give(message(stream, VIDEO, timestamp, ByteBuffer.wrap(new byte[]{0x17, 1, 0, 0, 0})));
    }

    /** Writes a message as one chunk, which all messages of this test fit into. */
    private static ByteBuf message(int stream, int type, int timestamp, ByteBuffer body) {
        assertThat(body.remaining()).isLessThanOrEqualTo(128);
        return Unpooled.wrappedBuffer(new ByteWriter().uint8(3).uint24(timestamp).uint24(body.remaining()).uint8(type)
                .uint32(Integer.reverseBytes(stream)).bytes(body).view());
    }

    private void give(ByteBuf bytes) {
        channel.writeInbound(bytes);
        channel.runPendingTasks();
    }
}
