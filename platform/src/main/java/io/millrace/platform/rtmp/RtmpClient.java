package io.millrace.platform.rtmp;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.rtmp.ClientEvent;
import io.millrace.media.rtmp.ClientSession;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.media.rtmp.RtmpUrl;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/**
 * Publishes one stream to an RTMP or RTMPS server over a blocking socket: a shell of {@link ClientSession}.
 *
 * <p>Thread-safe. A virtual thread reads what the server says; {@link #send} blocks while the server takes no more, which
 * is how a server paces a push. Every failure is an {@link RtmpException} with one line for people; the first one stays.
 */
public final class RtmpClient implements AutoCloseable {
    private static final int CONNECT_MS = 5_000;
    /** From the open socket to NetStream.Publish.Start. */
    private static final int START_SECONDS = 15;
    /** How long a server may take no byte before it counts as gone. */
    private static final long BLOCKED_SECONDS = 15;
    /** How often the reader looks whether a write is stuck. */
    private static final int LOOK_MS = 1_000;
    /** How long the end waits for the server to have read everything. */
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(2);
    private static final int BUFFER_BYTES = 64 * 1024;

    private final String server;
    private final Socket socket;
    private final ClientSession session;
    /** Guards the session and the order of what is written. */
    private final ReentrantLock lock = new ReentrantLock();
    private final Runnable onReconnectRequest;
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final Thread reader = Thread.ofVirtual().name("rtmp-client").unstarted(this::read);
    private volatile boolean writing;
    private volatile long writingSinceNanos;
    private volatile RtmpException failure;
    private volatile boolean closing;

    private RtmpClient(RtmpUrl url, Socket socket, Runnable onReconnectRequest) {
        this.onReconnectRequest = onReconnectRequest;
        this.server = url.host() + ":" + url.port();
        this.socket = socket;
        this.session = new ClientSession(url, new SplittableRandom(), onReconnectRequest != null);
    }

    /**
     * Connects and publishes; returns once the server takes media.
     *
     * @param url {@code rtmp[s]://host[:port]/app/name[?query]}
     */
    public static RtmpClient publish(URI url) throws RtmpException {
        return publish(url, null, ServerTrust.SYSTEM);
    }

    /** The same to a server whose certificate {@code trust} vouches for, if the address is one of RTMPS. */
    public static RtmpClient publish(URI url, ServerTrust trust) throws RtmpException {
        return publish(url, null, trust);
    }

    /**
     * The same for a caller that can leave when the server asks for it, which the server is told.
     *
     * @param onReconnectRequest told on the reader's thread that the server wants to be left at a keyframe; must not block;
     *     null for a caller that cannot
     */
    public static RtmpClient publish(URI url, Runnable onReconnectRequest) throws RtmpException {
        return publish(url, onReconnectRequest, ServerTrust.SYSTEM);
    }

    private static RtmpClient publish(URI url, Runnable onReconnectRequest, ServerTrust trust) throws RtmpException {
        RtmpUrl parsed;
        try {
            parsed = RtmpUrl.parse(url);
        } catch (IllegalArgumentException problem) {
            throw new RtmpException(problem.getMessage(), problem);
        }
        RtmpClient client = new RtmpClient(parsed, connect(parsed, trust), onReconnectRequest);
        try {
            client.start();
            return client;
        } catch (RtmpException failure) {
            client.close();
            throw failure;
        }
    }

    /**
     * Sends one message.
     *
     * @param timestampMs its lower 32 bits go over the wire
     * @param body an FLV tag body, borrowed
     */
    public void send(MediaKind kind, long timestampMs, ByteBuffer body) throws RtmpException {
        lock.lock();
        try {
            check();
            session.send(kind, (int) timestampMs, body);
            writeOutput();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the publish in good order, as far as the server still lets us. */
    @Override
    public void close() {
        closing = true;
        try {
            if (lock.tryLock(LOOK_MS, TimeUnit.MILLISECONDS)) {
                try {
                    finish();
                } finally {
                    lock.unlock();
                }
                reader.join(CLOSE_WAIT);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            closeSocket();
        }
    }

    private static Socket connect(RtmpUrl url, ServerTrust trust) throws RtmpException {
        String server = url.host() + ":" + url.port();
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(url.host(), url.port()), CONNECT_MS);
            if (url.secure()) {
                socket.setSoTimeout(CONNECT_MS);
                socket = trust.secure(socket, url.host(), url.port());
            }
            socket.setSoTimeout(LOOK_MS);
            return socket;
        } catch (IOException cause) {
            try {
                socket.close();
            } catch (IOException second) {
                cause.addSuppressed(second);
            }
            throw new RtmpException("cannot connect to " + server + ": " + reason(cause), cause);
        }
    }

    private static String reason(IOException cause) {
        return switch (cause) {
            case UnknownHostException _ -> "there is no host of that name";
            case SocketTimeoutException _ -> "it did not answer within " + CONNECT_MS / 1000 + " s";
            case SSLHandshakeException _ -> "its certificate is not trusted (" + cause.getMessage()
                    + "); name that of its authority with --tls-ca";
            case SSLException _ -> "it does not speak TLS there (" + cause.getMessage() + ")";
            default -> cause.getMessage();
        };
    }

    private void start() throws RtmpException {
        lock.lock();
        try {
            writeOutput();
        } finally {
            lock.unlock();
        }
        reader.start();
        try {
            started.get(START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException _) {
            check();
        } catch (TimeoutException _) {
            throw fail(server + " did not answer the publish within " + START_SECONDS + " s", null);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw fail("interrupted while publishing to " + server, null);
        }
    }

    private void finish() {
        try {
            if (session.state() == ClientSession.State.PUBLISHING && failure == null) {
                session.finish();
                writeOutput();
                socket.shutdownOutput();
            }
        } catch (IOException cause) {
            fail(server + " went away: " + cause.getMessage(), cause);
        }
    }

    private void read() {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            while (true) {
                int count = readSome(buffer);
                if (count < 0) {
                    fail(server + " closed the connection", null);
                    return;
                }
                handle(ByteBuffer.wrap(buffer, 0, count));
            }
        } catch (MediaException fault) {
            fail(server + " does not speak proper RTMP: " + fault.getMessage(), fault);
        } catch (InterruptedException | IOException cause) {
            fail(server + " went away: " + cause.getMessage(), cause);
        }
    }

    private int readSome(byte[] buffer) throws IOException {
        try {
            return socket.getInputStream().read(buffer);
        } catch (SocketTimeoutException _) {
            checkWriter();
            return 0;
        }
    }

    private void handle(ByteBuffer in) throws IOException, InterruptedException {
        while (!lock.tryLock(LOOK_MS, TimeUnit.MILLISECONDS)) {
            checkWriter();
        }
        try {
            for (ClientEvent event = session.next(in); event != null; event = session.next(in)) {
                switch (event) {
                    case ClientEvent.Started _ -> started.complete(null);
                    case ClientEvent.ReconnectRequested _ -> {
                        if (onReconnectRequest != null) {
                            onReconnectRequest.run();
                        }
                    }
                    case ClientEvent.Failed(String code, String description) ->
                        fail(server + " refused the stream: " + description + " (" + code + ")", null);
                }
            }
            writeOutput();
        } finally {
            lock.unlock();
        }
    }

    /** A server whose machine is gone sends no reset: closing the socket frees the thread that writes. */
    private void checkWriter() {
        if (writing && System.nanoTime() - writingSinceNanos > TimeUnit.SECONDS.toNanos(BLOCKED_SECONDS)) {
            fail(server + " took no byte for " + BLOCKED_SECONDS + " s", null);
        }
    }

    private void writeOutput() throws RtmpException {
        ByteBuffer output = session.takeOutput();
        if (!output.hasRemaining()) {
            return;
        }
        writingSinceNanos = System.nanoTime();
        writing = true;
        try {
            socket.getOutputStream().write(output.array(), output.position(), output.remaining());
        } catch (IOException cause) {
            throw fail(server + " went away: " + cause.getMessage(), cause);
        } finally {
            writing = false;
        }
    }

    private void check() throws RtmpException {
        if (failure != null) {
            throw new RtmpException(failure.getMessage(), failure);
        }
        if (closing) {
            throw new RtmpException("the publish to " + server + " was closed");
        }
    }

    /** The first failure counts; none does once we close ourselves. */
    private synchronized RtmpException fail(String message, Throwable cause) {
        if (failure == null && !closing) {
            failure = new RtmpException(message, cause);
        }
        RtmpException first = failure == null ? new RtmpException(message, cause) : failure;
        started.completeExceptionally(first);
        closeSocket();
        return first;
    }

    private void closeSocket() {
        try {
            socket.close();
        } catch (IOException _) {
            // nothing is left to be done with it
        }
    }
}
