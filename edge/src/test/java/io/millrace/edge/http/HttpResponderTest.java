package io.millrace.edge.http;

import io.millrace.edge.exchange.BodyStream;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.exchange.ResponseOwner;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.net.Turns;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class HttpResponderTest {
    private final EmbeddedChannel channel = new EmbeddedChannel(new HttpServerCodec());
    private final List<String> told = new ArrayList<>();
    private final Turns turns = new Turns(new Turns.Limits(1, 1, 2, 2, 0));
    private HttpResponder responder;

    @BeforeEach
    void request() {
        channel.freezeTime();
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                told.add("bug: " + cause.getMessage());
            }
        });
        var request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/live/show.flv");
        // The codec encodes responses only to requests that it has decoded.
        channel.writeInbound(Unpooled.copiedBuffer("GET / HTTP/1.1\r\nhost: x\r\n\r\n".getBytes()));
        responder = new HttpResponder(channel.pipeline().lastContext(), request, LimitClock.SYSTEM, turns,
                CorsOrigins.ANY,
                new PeerLog(LoggerFactory.getLogger(HttpResponderTest.class)), false);
    }

    @AfterEach
    void finish() {
        channel.finishAndReleaseAll();
    }

    @Test
    void everyStepWaitsForTurn() {
        Turns.Turn other = turns.next("other");
        var read = new CompletableFuture<String>();
        responder.inTurns(() -> {
            told.add("begun");
            responder.then(read, told::add);
        });
        channel.runPendingTasks();
        assertThat(told).isEmpty();

        turns.done(other);
        channel.runPendingTasks();
        assertThat(told).containsExactly("begun");

        Turns.Turn another = turns.next("other");
        read.complete("read");
        channel.runPendingTasks();
        assertThat(told).as("the turn ended with the first step").containsExactly("begun");

        turns.done(another);
        channel.runPendingTasks();
        assertThat(told).containsExactly("begun", "read");
        assertThat(turns.next("other").begin()).isCompleted();
    }

    @Test
    void refusesTooManyWaitingRequests() {
        for (int i = 0; i < 3; i++) {
            turns.next("");
        }
        responder.inTurns(() -> told.add("begun"));
        channel.runPendingTasks();
        assertThat(told).isEmpty();
        ByteBuf response = channel.readOutbound();
        assertThat(response.toString(StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 503 ");
        response.release();
    }

    @Test
    void skipsTurnOfClientThatLeft() {
        var read = new CompletableFuture<String>();
        responder.inTurns(() -> responder.then(read, told::add, value -> told.add("discarded " + value)));
        channel.runPendingTasks();
        responder.abandon();
        read.complete("media");
        channel.runPendingTasks();
        assertThat(told).containsExactly("discarded media");
    }

    @Test
    void beginsNothingForClientThatLeft() {
        Turns.Turn other = turns.next("other");
        responder.inTurns(() -> told.add("begun"));
        responder.abandon();
        turns.done(other);
        channel.runPendingTasks();
        assertThat(told).isEmpty();
        assertThat(turns.next("other").begin()).isCompleted();
    }

    @Test
    void failedStepEndsTurn() {
        responder.inTurns(() -> {
            throw new IllegalStateException("x");
        });
        channel.runPendingTasks();
        assertThat(told).containsExactly("bug: x");
        assertThat(turns.next("other").begin()).isCompleted();
    }

    @Test
    void secondResponseIsBug() {
        send();
        ByteBuf second = Unpooled.buffer().writeByte(1);
        assertThatIllegalStateException().isThrownBy(() -> responder.send(HttpResponseStatus.OK, second, _ -> {},
                () -> told.add("discarded")));
        assertThat(second.refCnt()).isZero();
        assertThat(told).containsExactly("discarded");
        assertThatIllegalStateException().isThrownBy(() -> responder.stream(_ -> {}));
        assertThatIllegalStateException().isThrownBy(() -> hold(Responder.NO_LIMIT));
    }

    @Test
    void requestHasOneOwner() {
        hold(Responder.NO_LIMIT);
        assertThatIllegalStateException().isThrownBy(() -> hold(Responder.NO_LIMIT));
        responder.release();
        hold(Responder.NO_LIMIT);
        send();
        assertThat(told).isEmpty();
    }

    @Test
    void discardsResponseAfterClientLeft() {
        hold(Responder.NO_LIMIT);
        responder.abandon();
        responder.abandon();
        assertThat(told).containsExactly("left");
        ByteBuf late = Unpooled.buffer().writeByte(1);
        responder.send(HttpResponseStatus.OK, late, _ -> {});
        assertThat(late.refCnt()).isZero();
        hold(Responder.NO_LIMIT);
        assertThat(told).as("calls of an owner that is set after the client left").containsExactly("left", "left");
        responder.then(CompletableFuture.completedFuture("value"), told::add, value -> told.add("no " + value));
        channel.runPendingTasks();
        assertThat(told).endsWith("no value");
    }

    @Test
    void holdExpiresUnlessAnswered() {
        hold(1_000);
        pass(999);
        assertThat(told).isEmpty();
        pass(1);
        assertThat(told).containsExactly("gives up");
        responder.release();
        hold(1_000);
        responder.release();
        pass(1_000);
        send();
        pass(1_000);
        assertThat(told).as("neither a hold that was released").containsExactly("gives up");
    }

    @Test
    void holdEndsAtOnceWhileDraining() {
        responder.drain();
        hold(Responder.NO_LIMIT);
        assertThat(told).containsExactly("gives up");
    }

    @Test
    void ownerIsNotifiedOnlyOfIncompleteStream() {
        hold(Responder.NO_LIMIT);
        BodyStream body = responder.stream(_ -> {});
        assertThat(responder.hasEnd()).isFalse();
        responder.writable();
        responder.shutDown();
        body.end();
        responder.writable();
        responder.abandon();
        assertThat(told).containsExactly("writable", "shuts down");
        assertThat(responder.hasEnd()).isTrue();
    }

    @Test
    void abortClosesConnectionAndNotifiesOwnerOnce() {
        hold(Responder.NO_LIMIT);
        responder.stream(_ -> {}).abort();
        responder.abandon();
        assertThat(told).containsExactly("left");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void bugInTaskClosesConnection() {
        responder.then(CompletableFuture.completedFuture(1), _ -> {
            throw new IllegalStateException("in an endpoint");
        });
        channel.runPendingTasks();
        assertThat(told).containsExactly("bug: in an endpoint");
    }

    private void send() {
        responder.send(HttpResponseStatus.OK, Unpooled.EMPTY_BUFFER, _ -> {});
    }

    private void hold(long limitMs) {
        responder.hold(new ResponseOwner() {
            @Override
            public void giveUp() {
                told.add("gives up");
            }

            @Override
            public void writable() {
                told.add("writable");
            }

            @Override
            public void shutDown() {
                told.add("shuts down");
            }

            @Override
            public void clientLeft() {
                told.add("left");
            }
        }, limitMs);
    }

    private void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }
}
