package io.millrace.platform.rtmp;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.StreamName;
import io.millrace.media.rtmp.ClientEvent;
import io.millrace.media.rtmp.ClientSession;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.media.rtmp.PlayChunks;
import io.millrace.media.rtmp.PlayerEvent;
import io.millrace.media.rtmp.PlayerSession;
import io.millrace.media.rtmp.RtmpUrl;
import io.millrace.platform.net.MemoryBudget;
import io.millrace.platform.publish.PublishAnswer;
import io.millrace.platform.publish.PublishEnd;
import io.millrace.platform.publish.PublishSink;
import io.millrace.platform.publish.Publisher;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The handler without a network: a client session at the other end of an embedded channel, and a clock that the test advances. */
class RtmpHandlerTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final RecordingApplication application = new RecordingApplication();
    private final RtmpHandler handler = new RtmpHandler(application, new RtmpMeters(registry),
            ConnectionLimits.DEFAULT, SharedState.of(ConnectionLimits.DEFAULT, MemoryBudget.unlimited()), false);
    private final EmbeddedChannel channel = new EmbeddedChannel(handler);
    private final List<ClientEvent> clientEvents = new ArrayList<>();
    private final List<ByteBuf> given = new ArrayList<>();
    private ClientSession client = client("rtmp://host/live/show?token=x");

    @BeforeEach
    void stopClock() {
        channel.freezeTime();
    }

    @AfterEach
    void everyBufferIsReleased() {
        channel.finishAndReleaseAll();
        assertThat(given).allSatisfy(buffer -> assertThat(buffer.refCnt()).isZero());
        assertThat(closedCounters()).as("closed once").isEqualTo(1);
    }

    @Test
    void publishesToSink() {
        carry();
        assertThat(application.requests).singleElement().satisfies(request -> {
            assertThat(request.stream()).isEqualTo(new StreamName("live/show"));
            assertThat(request.query()).isEqualTo("token=x");
            assertThat(request.source().client()).isEqualTo("FMLE/3.0 (compatible; Millrace)");
        });
        assertThat(clientEvents).containsExactly(new ClientEvent.Started());

        client.send(MediaKind.VIDEO, 40, ByteBuffer.wrap(new byte[]{1, 2, 3}));
        client.finish();
        carry();
        assertThat(application.messages).containsExactly(
                new RecordingApplication.Message(PublishSink.Kind.VIDEO, 40, ByteBuffer.wrap(new byte[]{1, 2, 3})));
        assertThat(application.ends).extracting(RecordingApplication.Ended::end)
                .containsExactly(PublishSink.End.UNPUBLISHED);
        channel.close();
        assertThat(application.ends).hasSize(1);
        assertThat(closed("peer_closed")).isEqualTo(1);
    }

    @Test
    void bodiesDoNotShareBuffer() {
        carry();
        client.send(MediaKind.VIDEO, 0, ByteBuffer.wrap(new byte[]{1, 2, 3}));
        ByteBuf buffer = Unpooled.directBuffer().writeBytes(client.takeOutput());
        channel.writeInbound(buffer.retain());
        buffer.setZero(0, buffer.capacity());
        buffer.release();
        assertThat(application.messages.remove().body()).isEqualTo(ByteBuffer.wrap(new byte[]{1, 2, 3}));
    }

    @Test
    void encoderWaitsForLateAnswer() {
        CompletableFuture<PublishAnswer> later = new CompletableFuture<>();
        application.answer = later;
        carry();
        assertThat(clientEvents).isEmpty();
        passSeconds(60);
        assertThat(channel.isOpen()).as("the encoder's timeouts do not apply while the application decides").isTrue();
        later.complete(new PublishAnswer.Accepted(application.sink));
        carry();
        assertThat(clientEvents).containsExactly(new ClientEvent.Started());
    }

    @Test
    void sinkOfLateAnswerEndsIfEncoderLeft() {
        CompletableFuture<PublishAnswer> later = new CompletableFuture<>();
        application.answer = later;
        carry();
        channel.close();
        assertThat(application.ends).isEmpty();
        later.complete(new PublishAnswer.Accepted(application.sink));
        assertThat(application.ends).extracting(RecordingApplication.Ended::end)
                .containsExactly(PublishSink.End.DISCONNECTED);
    }

    @Test
    void playerReceivesMediaBetweenControlMessages() {
        plays();
        assertThat(playerTold).as("held").isEmpty();
        passSeconds(60);
        assertThat(channel.isOpen()).as("the player's timeouts do not apply while the application decides").isTrue();
        Player asked = application.players.remove();
        asked.start();
        asked.send(message(MediaKind.VIDEO, 40, 100_000));
        carryToPlayer();
        assertThat(playerTold).containsExactly("NetStream.Play.Reset", "NetStream.Play.Start", "DATA 0 24",
                "VIDEO 40 100000");
        player.pause(true);
        carryToPlayer();
        player.pause(false);
        carryToPlayer();
        player.receiveVideo(false);
        carryToPlayer();
        asked.send(message(MediaKind.AUDIO, 80, 10));
        player.receiveVideo(true);
        carryToPlayer();
        assertThat(playerTold).endsWith("NetStream.Pause.Notify", "NetStream.Unpause.Notify", "AUDIO 80 10");
        asked.end();
        carryToPlayer();
        assertThat(playerTold).endsWith("NetStream.Play.UnpublishNotify", "NetStream.Play.Stop");
        assertThat(application.played).containsExactly("hold", "hold", "resume audio video", "hold",
                "resume audio", "hold", "resume audio video", "ended");
        passSeconds(2);
        assertThat(closed("stream_ended")).isEqualTo(1);
    }

    @Test
    void pingsSilentPlayer() {
        plays();
        Player asked = application.players.remove();
        asked.start();
        asked.send(message(MediaKind.VIDEO, 0, 1));
        carryToPlayer();
        passSeconds(120);
        assertThat(channel.isOpen()).isTrue();
        int[] pings = {0};
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            pings[0]++;
            out.release();
        }
        assertThat(pings[0]).isEqualTo(12);
    }

    @Test
    void playEndsIfPlayerLeaves() {
        plays();
        Player asked = application.players.remove();
        channel.close();
        assertThat(application.played).containsExactly("ended");
        ByteBuf late = Unpooled.buffer(4).writeInt(1);
        asked.start();
        asked.send(List.of(late));
        asked.end();
        assertThat(late.release()).as("no other reference is held").isTrue();
        assertThat(asked.isWritable()).isFalse();
    }

    @Test
    void playerWaitsForLateAnswer() {
        CompletableFuture<PlayAnswer> later = asksToPlay();
        passSeconds(60);
        assertThat(playerTold).isEmpty();
        assertThat(channel.isOpen()).as("the player's timeouts do not apply while the application decides").isTrue();
        later.complete(new PlayAnswer.Accepted(application.playSink));
        Player asked = application.players.remove();
        asked.start();
        asked.send(message(MediaKind.VIDEO, 40, 3));
        carryToPlayer();
        assertThat(playerTold).contains("NetStream.Play.Start", "VIDEO 40 3");
    }

    @Test
    void playerReceivesLateRefusal() {
        CompletableFuture<PlayAnswer> later = asksToPlay();
        later.complete(new PlayAnswer.Refused("NetStream.Play.Failed", "for subscribers"));
        carryToPlayer();
        assertThat(playerTold).containsExactly("NetStream.Play.Failed");
        passSeconds(2);
        assertThat(closed("refused")).isEqualTo(1);
    }

    @Test
    void sinkOfLateAnswerEndsIfPlayerLeft() {
        CompletableFuture<PlayAnswer> later = asksToPlay();
        channel.close();
        assertThat(application.players.remove().isOver()).isTrue();
        later.complete(new PlayAnswer.Accepted(application.playSink));
        assertThat(application.played).containsExactly("ended");
        assertThat(closed("peer_closed")).isEqualTo(1);
    }

    @Test
    void bugOfApplicationRefusesPlay() {
        CompletableFuture<PlayAnswer> later = asksToPlay();
        assertThat(logged(() -> later.completeExceptionally(new IllegalStateException("a bug")))).singleElement()
                .satisfies(line -> assertThat(line.getFormattedMessage())
                        .endsWith(": a play request failed because of a bug"));
        carryToPlayer();
        assertThat(playerTold).containsExactly("NetStream.Play.Failed");
        passSeconds(2);
        assertThat(closed("internal_error")).isEqualTo(1);
    }

    /** Connects a player that requests to play, and returns its answer, which the test completes. */
    private CompletableFuture<PlayAnswer> asksToPlay() {
        CompletableFuture<PlayAnswer> later = new CompletableFuture<>();
        application.playAnswer = later;
        player = new PlayerSession(RtmpUrl.parse(URI.create("rtmp://host/live/show")), new SplittableRandom(1));
        carryToPlayer();
        assertThat(application.plays).hasSize(1);
        return later;
    }

    private static List<ByteBuf> message(MediaKind kind, int timestamp, int sizeBytes) {
        return List.of(Unpooled.wrappedBuffer(PlayChunks.message(kind, timestamp, ByteBuffer.allocate(sizeBytes))));
    }

    private final List<String> playerTold = new ArrayList<>();
    private PlayerSession player;

    /** Connects a player that the application accepts. */
    private void plays() {
        application.playAnswer = CompletableFuture
                .completedFuture(new PlayAnswer.Accepted(application.playSink));
        player = new PlayerSession(RtmpUrl.parse(URI.create("rtmp://host/live/show")), new SplittableRandom(1));
        carryToPlayer();
        assertThat(application.plays).singleElement().extracting(PlayRequest::stream)
                .isEqualTo(new StreamName("live/show"));
    }

    private void carryToPlayer() {
        for (ByteBuffer out = player.takeOutput(); out.hasRemaining(); out = player.takeOutput()) {
            channel.writeInbound(Unpooled.wrappedBuffer(out));
            hear();
        }
        hear();
    }

    private void hear() {
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            ByteBuffer in = out.nioBuffer();
            for (PlayerEvent event = player.next(in); event != null; event = player.next(in)) {
                playerTold.add(switch (event) {
                    case PlayerEvent.Status(String code, String _) -> code;
                    case PlayerEvent.Media(MediaKind kind, int timestamp, ByteBuffer body) ->
                        kind + " " + timestamp + " " + body.remaining();
                });
            }
            out.release();
        }
    }

    @Test
    void drainsInputAfterRefusal() {
        application.answer = CompletableFuture
                .completedFuture(new PublishAnswer.Refused(PublishEnd.NAME_IN_USE, "taken"));
        carry();
        assertThat(clientEvents).containsExactly(new ClientEvent.Failed("NetStream.Publish.BadName", "taken"));
        assertThat(channel.isOpen()).isTrue();
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[100_000]));
        passSeconds(2);
        assertThat(channel.isOpen()).isFalse();
        assertThat(closed("refused")).isEqualTo(1);
    }

    /** Operators must see that the log is unavailable, which is neither the encoder's fault nor a bug. */
    @Test
    void unavailableLogHasReasonOfItsOwn() {
        application.answer = CompletableFuture
                .completedFuture(new PublishAnswer.Refused(PublishEnd.CLAIM_FAILED, "connect again"));
        try (var log = new ServerLog(Level.INFO)) {
            carry();
            passSeconds(2);
            assertThat(log.lines()).singleElement().satisfies(line -> {
                assertThat(line.getFormattedMessage())
                        .endsWith(": closed, log: NetStream.Failed, connect again");
                assertThat(line.getThrowableProxy()).isNull();
            });
        }
        assertThat(clientEvents).containsExactly(new ClientEvent.Failed("NetStream.Failed", "connect again"));
        assertThat(closed("log")).isEqualTo(1);
    }

    @Test
    void bugOfApplicationFailsPublish() {
        application.answer = CompletableFuture.failedFuture(new IllegalStateException("an index is negative"));
        assertThat(logged(this::carry)).singleElement().satisfies(line -> assertThat(line.getFormattedMessage())
                .endsWith(": a publish request failed because of a bug"));
        assertThat(clientEvents).containsExactly(new ClientEvent.Failed("NetStream.Failed", "internal server error"));
        passSeconds(2);
        assertThat(closed("internal_error")).isEqualTo(1);
    }

    @Test
    void deniesInvalidName() {
        client = client("rtmp://host/api/show");
        carry();
        assertThat(clientEvents).containsExactly(new ClientEvent.Failed("NetStream.Publish.Denied",
                "a stream name does not begin with api, assets or t"));
        assertThat(application.requests).isEmpty();
        channel.close();
        assertThat(closed("refused")).isEqualTo(1);
    }

    @Test
    void closeTellsPublisherReasonAndEndsSink() {
        carry();
        Publisher publisher = application.publishers.remove();
        publisher.close(PublishEnd.TAKEN_OVER, "another encoder took over");
        assertThat(application.ends).containsExactly(new RecordingApplication.Ended(PublishSink.End.CLOSED_BY_SERVER,
                "NetStream.Publish.BadName, another encoder took over"));
        publisher.close(PublishEnd.TAKEN_OVER, "again");
        client.send(MediaKind.AUDIO, 0, ByteBuffer.allocate(10));
        carry();
        assertThat(clientEvents)
                .contains(new ClientEvent.Failed("NetStream.Publish.BadName", "another encoder took over"));
        assertThat(application.messages).isEmpty();
        passSeconds(2);
        assertThat(channel.isOpen()).isFalse();
        assertThat(closed("taken_over")).isEqualTo(1);
    }

    @Test
    void pausedPublisherIsNotIdle() {
        carry();
        Publisher publisher = application.publishers.remove();
        publisher.pauseReading();
        assertThat(channel.config().isAutoRead()).isFalse();
        passSeconds(60);
        assertThat(channel.isOpen()).isTrue();

        publisher.resumeReading();
        assertThat(channel.config().isAutoRead()).isTrue();
        passSeconds(15);
        assertThat(channel.isOpen()).isTrue();
        passSeconds(1);
        assertThat(channel.isOpen()).isFalse();
        assertThat(application.ends).extracting(RecordingApplication.Ended::end)
                .containsExactly(PublishSink.End.DISCONNECTED);
        assertThat(closed("idle")).isEqualTo(1);
    }

    @Test
    void publisherOfEndedPublishDoesNotAffectNext() {
        carry();
        Publisher first = application.publishers.remove();
        first.pauseReading();
        client.finish();
        carry();
        assertThat(channel.config().isAutoRead()).as("reading resumes when the paused publish ends").isTrue();
        first.pauseReading();
        first.close(PublishEnd.PACKET_LOST, "late");
        assertThat(channel.config().isAutoRead()).isTrue();
        passSeconds(5);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void anyBytesKeepPublisherAlive() {
        carry();
        for (int i = 0; i < 10; i++) {
            passSeconds(10);
            client.send(MediaKind.AUDIO, i, ByteBuffer.allocate(10));
            carry();
        }
        assertThat(application.messages).hasSize(10);
    }

    @Test
    void handshakeTimesOutAfterFiveSeconds() {
        passSeconds(4);
        assertThat(channel.isOpen()).isTrue();
        passSeconds(1);
        assertThat(channel.isOpen()).isFalse();
        assertThat(closed("handshake_timeout")).isEqualTo(1);
    }

    @Test
    void connectTimesOutAfterFiveSeconds() {
        give(Unpooled.wrappedBuffer(new byte[]{3}, new byte[2 * 1536]));
        channel.releaseOutbound();
        passSeconds(5);
        assertThat(channel.isOpen()).isTrue();
        passSeconds(1);
        assertThat(closed("connect_timeout")).isEqualTo(1);
    }

    @Test
    void publishTimesOutTenSecondsAfterPreviousOne() {
        carry();
        client.finish();
        carry();
        passSeconds(10);
        assertThat(channel.isOpen()).isTrue();
        passSeconds(1);
        assertThat(closed("publish_timeout")).isEqualTo(1);
    }

    @Test
    void closesOnMalformedBytes() {
        give(Unpooled.wrappedBuffer(new byte[]{3}, new byte[2 * 1536], new byte[]{(byte) 0xC4}));
        assertThat(channel.isOpen()).isFalse();
        assertThat(closed("malformed")).isEqualTo(1);
    }

    /** Returns what the server logs during the action, which is not printed. */
    private static List<ILoggingEvent> logged(Runnable provoking) {
        try (var log = new ServerLog()) {
            provoking.run();
            return log.lines();
        }
    }

    @Test
    void bugOfSinkClosesOnlyItsConnection() {
        application.answer = CompletableFuture.completedFuture(new PublishAnswer.Accepted(new PublishSink() {
            @Override
            public void message(Kind kind, long timestampMs, ByteBuffer body) {
                throw new IllegalStateException("a bug");
            }

            @Override
            public void ended(End end, String detail) {
                application.sink.ended(end, detail);
            }
        }));
        carry();
        client.send(MediaKind.AUDIO, 0, ByteBuffer.allocate(1));
        List<ILoggingEvent> lines = logged(this::carry);
        assertThat(lines).singleElement().satisfies(line -> {
            assertThat(line.getFormattedMessage())
                    .endsWith(": closed, internal_error: a bug: java.lang.IllegalStateException: a bug");
            assertThat(line.getThrowableProxy().getMessage()).isEqualTo("a bug");
        });
        assertThat(channel.isOpen()).isFalse();
        assertThat(application.ends).extracting(RecordingApplication.Ended::end)
                .containsExactly(PublishSink.End.CLOSED_BY_SERVER);
        assertThat(closed("internal_error")).isEqualTo(1);
    }

    @Test
    void shutdownTellsPublisher() {
        carry();
        handler.shutDown();
        carry();
        assertThat(clientEvents).contains(
                new ClientEvent.Failed("NetConnection.Connect.AppShutdown", "the server is shutting down"));
        assertThat(application.ends).extracting(RecordingApplication.Ended::end)
                .containsExactly(PublishSink.End.CLOSED_BY_SERVER);
        passSeconds(2);
        assertThat(closed("shutdown")).isEqualTo(1);
    }

    @Test
    void stalledProcessDoesNotTimeOutPublishers() {
        carry();
        channel.advanceTimeBy(1, TimeUnit.HOURS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isTrue();
        assertThat(application.ends).isEmpty();
    }

    private static ClientSession client(String url) {
        return new ClientSession(RtmpUrl.parse(URI.create(url)), new SplittableRandom(1));
    }

    private void passSeconds(int seconds) {
        for (int i = 0; i < seconds; i++) {
            channel.advanceTimeBy(1, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    private void give(ByteBuf bytes) {
        given.add(bytes);
        channel.writeInbound(bytes);
    }

    /** Passes bytes between both sides until neither has any to send. */
    private void carry() {
        channel.runPendingTasks();
        for (boolean busy = true; busy;) {
            ByteBuffer up = client.takeOutput();
            busy = up.hasRemaining();
            if (busy) {
                give(Unpooled.directBuffer().writeBytes(up));
            }
            for (ByteBuf down = channel.readOutbound(); down != null; down = channel.readOutbound()) {
                busy = true;
                ByteBuffer in = down.nioBuffer();
                for (ClientEvent event = client.next(in); event != null; event = client.next(in)) {
                    clientEvents.add(event);
                }
                down.release();
            }
        }
    }

    private double closed(String reason) {
        return registry.get("millrace.connections.closed").tag("protocol", "rtmp").tag("reason", reason).counter()
                .count();
    }

    private double closedCounters() {
        return registry.find("millrace.connections.closed").counters().stream().mapToDouble(Counter::count).sum();
    }
}
