package io.millrace.edge.http;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.meters.EdgeMeters;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class Http2RequestCheckTest {
    /** Names and values of the header fields of malformed requests. */
    static final List<List<String>> MALFORMED = List.of(
            List.of(":method", "GET", ":scheme", "http", ":authority", "edge"),
            List.of(":method", "GET", ":scheme", "http", ":authority", "edge", ":path", ""),
            List.of(":method", "GET", ":scheme", "http", ":authority", "edge", ":path", "/a b"),
            List.of(":method", "G T", ":scheme", "http", ":authority", "edge", ":path", "/"),
            List.of(":method", "", ":scheme", "http", ":authority", "edge", ":path", "/"),
            List.of(":scheme", "http", ":authority", "edge", ":path", "/"),
            List.of(":method", "CONNECT"));

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);

    private EmbeddedChannel channel() {
        var channel = new EmbeddedChannel();
        channel.config().setAllocator(allocator);
        channel.pipeline().addLast(new Http2RequestCheck(new EdgeMeters(new SimpleMeterRegistry())),
                new Http2StreamFrameToHttpObjectCodec(true));
        return channel;
    }

    private static DefaultHttp2HeadersFrame frame(List<String> namesAndValues) {
        var head = new DefaultHttp2Headers(false);
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            head.add(namesAndValues.get(i), namesAndValues.get(i + 1));
        }
        return new DefaultHttp2HeadersFrame(head, true);
    }

    static Stream<List<String>> malformed() {
        return MALFORMED.stream();
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void resetsMalformedRequestAndKeepsNoBuffer(List<String> head) {
        EmbeddedChannel channel = channel();
        channel.writeInbound(frame(head));
        assertThat(channel.<Http2ResetFrame>readOutbound().errorCode()).isEqualTo(Http2Error.PROTOCOL_ERROR.code());
        assertThat(channel.<Object>readInbound()).isNull();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    @Test
    void passesRequestOn() {
        EmbeddedChannel channel = channel();
        channel.writeInbound(frame(RawHttp2.request("GET", "/live/show.m3u8?start=-5m")));
        FullHttpRequest request = channel.readInbound();
        assertThat(request.uri()).isEqualTo("/live/show.m3u8?start=-5m");
        request.release();
        assertThat(channel.<Object>readOutbound()).isNull();
    }
}
