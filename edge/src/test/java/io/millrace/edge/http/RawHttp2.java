package io.millrace.edge.http;

import io.millrace.testkit.Patience;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A client that sends arbitrary frames of HTTP/2 (RFC 9113), and reads frames one by one. */
final class RawHttp2 implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    static final int ACK = 1;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;
    static final int SETTINGS_INITIAL_WINDOW_SIZE = 4;
    static final int NO_ERROR = 0;
    static final int PROTOCOL_ERROR = 1;
    static final int REFUSED_STREAM = 7;
    static final int CANCEL = 8;
    static final int ENHANCE_YOUR_CALM = 11;
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    record Frame(int type, int flags, int stream, byte[] payload) {
        int number(int at) {
            return ByteBuffer.wrap(payload).getInt(at);
        }

        boolean ends() {
            return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
        }
    }

    record Response(int status, Map<String, String> headers, String body) {}

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final DefaultHttp2HeadersDecoder headers = new DefaultHttp2HeadersDecoder(false);
    private Http2Headers decoded;
    private int next = 1;

    RawHttp2(int port) throws IOException {
        this(port, "127.0.0.1", 0);
    }

    /**
     * Sends the preface and empty SETTINGS.
     *
     * @param from any loopback address
     * @param receiveBytes size of the socket's receive buffer; 0 for the default
     */
    RawHttp2(int port, String from, int receiveBytes) throws IOException {
        this(connect(port, from, receiveBytes));
        preface();
    }

    private RawHttp2(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(Patience.MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
        out = new DataOutputStream(socket.getOutputStream());
    }

    /** Returns a connection that has sent nothing. */
    static RawHttp2 silent(int port) throws IOException {
        return new RawHttp2(connect(port, "127.0.0.1", 0));
    }

    private static Socket connect(int port, String from, int receiveBytes) throws IOException {
        Socket socket = new Socket();
        if (receiveBytes > 0) {
            socket.setReceiveBufferSize(receiveBytes);
        }
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
    }

    RawHttp2 preface() throws IOException {
        return bytes(PREFACE.getBytes(StandardCharsets.US_ASCII)).frame(SETTINGS, 0, 0);
    }

    RawHttp2 bytes(byte[] bytes) throws IOException {
        out.write(bytes);
        return this;
    }

    RawHttp2 frame(int type, int flags, int stream, byte... payload) throws IOException {
        return bytes(encode(type, flags, stream, payload));
    }

    static byte[] encode(int type, int flags, int stream, byte... payload) {
        return ByteBuffer.allocate(9 + payload.length).put((byte) (payload.length >> 16))
                .putShort((short) payload.length).put((byte) type).put((byte) flags).putInt(stream).put(payload)
                .array();
    }

    static byte[] number(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    RawHttp2 setting(int id, int value) throws IOException {
        return frame(SETTINGS, 0, 0, ByteBuffer.allocate(6).putShort((short) id).putInt(value).array());
    }

    /** Returns a header block of literals without indexing (RFC 7541, 6.2.2). */
    static byte[] block(List<String> namesAndValues) {
        var block = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            block.write(0);
            string(block, namesAndValues.get(i));
            string(block, namesAndValues.get(i + 1));
        }
        return block.toByteArray();
    }

    private static void string(ByteArrayOutputStream block, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        int length = bytes.length;
        if (length < 127) {
            block.write(length);
        } else {
            block.write(127);
            length -= 127;
            while (length >= 128) {
                block.write(length % 128 + 128);
                length /= 128;
            }
            block.write(length);
        }
        block.writeBytes(bytes);
    }

    static List<String> request(String method, String path, String... more) {
        List<String> headers = new ArrayList<>(
                List.of(":method", method, ":scheme", "http", ":authority", "edge", ":path", path));
        headers.addAll(List.of(more));
        return headers;
    }

    /** Sends a request without a body. Returns its stream. */
    int get(String path, String... headers) throws IOException {
        return send(block(request("GET", path, headers)), END_STREAM);
    }

    /** Sends a HEADERS frame of a new stream, followed by CONTINUATION frames if it is long. Returns the stream. */
    int send(byte[] block, int flags) throws IOException {
        int stream = next;
        next += 2;
        int sent = Math.min(block.length, 16_384);
        frame(HEADERS, flags | (sent == block.length ? END_HEADERS : 0), stream, java.util.Arrays.copyOf(block, sent));
        while (sent < block.length) {
            int more = Math.min(block.length - sent, 16_384);
            frame(CONTINUATION, sent + more == block.length ? END_HEADERS : 0, stream,
                    java.util.Arrays.copyOfRange(block, sent, sent + more));
            sent += more;
        }
        return stream;
    }

    RawHttp2 reset(int stream) throws IOException {
        return frame(RST_STREAM, 0, stream, number(CANCEL));
    }

    /** Reads a line of HTTP/1.1, before an upgrade. */
    String line() throws IOException {
        var line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            line.append((char) b);
        }
        return line.toString().strip();
    }

    /** Continues after stream 1, which was the request that upgraded. */
    void skipUpgradedStream() {
        next = 3;
    }

    /** Reads the next frame. */
    Frame read() throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        var frame = new Frame(type, flags, in.readInt(), in.readNBytes(length));
        if (type == HEADERS) {
            // Every block changes the table.
            try {
                decoded = headers.decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(frame.payload()));
            } catch (Http2Exception e) {
                throw new IOException(e);
            }
        }
        return frame;
    }

    /** Reads frames up to one of this type. */
    Frame await(int type) throws IOException {
        Frame frame = read();
        while (frame.type() != type) {
            frame = read();
        }
        return frame;
    }

    /** Reads the response of a stream; drops the frames of others. Returns flow-control credit. */
    Response response(int stream) throws IOException {
        var body = new ByteArrayOutputStream();
        Http2Headers head = null;
        while (true) {
            Frame frame = read();
            if (frame.type() == HEADERS) {
                head = frame.stream() == stream ? decoded : head;
            }
            if (frame.stream() == stream && frame.type() == RST_STREAM) {
                throw new IOException("stream " + stream + " was reset: " + frame.number(0));
            }
            if (frame.type() == GOAWAY && frame.number(4) != NO_ERROR) {
                throw new IOException("GOAWAY " + frame.number(4));
            }
            if (frame.type() == DATA && frame.payload().length > 0) {
                frame(WINDOW_UPDATE, 0, 0, number(frame.payload().length));
                if (frame.stream() == stream) {
                    body.writeBytes(frame.payload());
                    if (!frame.ends()) {
                        frame(WINDOW_UPDATE, 0, stream, number(frame.payload().length));
                    }
                }
            }
            if (frame.stream() == stream && frame.ends()) {
                Map<String, String> all = new TreeMap<>();
                head.forEach(each -> all.put(each.getKey().toString(), each.getValue().toString()));
                return new Response(Integer.parseInt(head.status().toString()), all,
                        body.toString(StandardCharsets.ISO_8859_1));
            }
        }
    }

    /** Returns the headers that were read last. */
    Http2Headers headers() {
        return decoded;
    }

    /** Reads until the server has closed; returns the code of its last GOAWAY, or -1 without one. */
    int awaitClose() throws IOException {
        int code = -1;
        try {
            while (true) {
                Frame frame = read();
                code = frame.type() == GOAWAY ? frame.number(4) : code;
            }
        } catch (EOFException | SocketException _) {
            return code;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
