package io.millrace.edge.http;

import io.millrace.testkit.Patience;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A client that sends arbitrary bytes and reads responses one by one. */
final class RawHttp implements AutoCloseable {
    record Response(int status, Map<String, String> headers, String body) {}

    private final Socket socket;
    private final InputStream in;

    RawHttp(int port) throws IOException {
        this(port, "127.0.0.1", 0);
    }

    /**
     * @param from any loopback address
     * @param receiveBytes size of the socket's receive buffer; 0 for the default
     */
    RawHttp(int port, String from, int receiveBytes) throws IOException {
        socket = new Socket();
        if (receiveBytes > 0) {
            socket.setReceiveBufferSize(receiveBytes);
        }
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(Patience.MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    int localPort() {
        return socket.getLocalPort();
    }

    /** Whether neither a byte nor the end arrived within a time; a byte that arrived is lost. */
    boolean isQuietFor(int millis) throws IOException {
        socket.setSoTimeout(millis);
        try {
            in.read();
            return false;
        } catch (SocketTimeoutException _) {
            return true;
        } finally {
            socket.setSoTimeout(Patience.MILLIS);
        }
    }

    RawHttp send(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    RawHttp get(String target, String... headers) throws IOException {
        return request("GET", target, headers);
    }

    RawHttp request(String method, String target, String... headers) throws IOException {
        StringBuilder text = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: edge\r\n");
        for (String header : headers) {
            text.append(header).append("\r\n");
        }
        return send(text.append("\r\n").toString());
    }

    /** Reads the next response; one to HEAD has no body, whatever its headers say. */
    Response read(boolean head) throws IOException {
        String[] status = line().split(" ", 3);
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
        }
        int size = head ? 0 : Integer.parseInt(headers.getOrDefault("content-length", "0"));
        return new Response(Integer.parseInt(status[1]), headers,
                new String(in.readNBytes(size), StandardCharsets.ISO_8859_1));
    }

    Response read() throws IOException {
        return read(false);
    }

    /** Reads one chunk of a chunked body; empty for the last one. */
    String chunk() throws IOException {
        byte[] bytes = in.readNBytes(Integer.parseInt(line(), 16));
        line();
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Returns -1 after the server has closed. */
    int next() throws IOException {
        return in.read();
    }

    /**
     * Waits until the server has closed, and returns whether it sent nothing before. The server resets the connection
     * if it has unread input.
     */
    boolean isClosedWithoutResponse() throws IOException {
        try {
            return next() < 0;
        } catch (SocketException _) {
            return true;
        }
    }

    private String line() throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("closed after '" + bytes.toString(StandardCharsets.ISO_8859_1) + "'");
            }
            bytes.write(b);
        }
        return bytes.toString(StandardCharsets.ISO_8859_1).strip();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
