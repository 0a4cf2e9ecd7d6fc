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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes one stream to an RTMP or RTMPS server over a blocking socket: the I/O around a {@link ClientSession}.
 *
 * <p>Thread-safe. A virtual thread reads the server's messages; {@link #send} blocks while the server accepts no more
 * bytes, which is how a server paces a push. Every failure is an {@link RtmpException} with one line for the user;
 * the first failure counts.
 */
public final class RtmpClient implements AutoCloseable {
    /** How often the reader checks whether a write is stuck. */
    private static final int CHECK_MS = 1_000;
    /** How long {@link #close} waits until the server has read everything. */
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(2);
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final Logger LOG = LoggerFactory.getLogger(RtmpClient.class);

    private final String server;
    private final Sockets sockets;
    private final Socket socket;
    private final ClientSession session;
    /** Guards the session and the order of its output. */
    private final ReentrantLock lock = new ReentrantLock();
    private final RtmpClientLimits limits;
    private final Runnable onReconnectRequest;
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final Thread reader = Thread.ofVirtual().name("rtmp-client").unstarted(this::read);
    private volatile boolean writing;
    private volatile long writingSinceNanos;
    private volatile RtmpException failure;
    private volatile boolean closing;

    /**
     * The sockets of a connection.
     *
     * @param media the socket that is read and written: the TLS socket, or else the TCP connection
     * @param transport the TCP connection, the same without TLS. Closing a TLS socket waits for a write that is blocked
     */
    private record Sockets(Socket media, Socket transport) {}

    private RtmpClient(RtmpUrl url, Sockets sockets, RtmpClientLimits limits, Runnable onReconnectRequest) {
        this.limits = limits;
        this.onReconnectRequest = onReconnectRequest;
        this.server = url.host() + ":" + url.port();
        this.sockets = sockets;
        this.socket = sockets.media();
        this.session = new ClientSession(url, new SplittableRandom(), onReconnectRequest != null);
    }

    /** Connects and publishes within the default limits, for a caller that cannot reconnect on request. */
    public static RtmpClient publish(URI url, ServerTrust trust) throws RtmpException {
        return publish(url, trust, RtmpClientLimits.DEFAULT, null);
    }

    /**
     * Connects and publishes; returns once the server accepts media.
     *
     * @param url {@code rtmp[s]://host[:port]/app/name[?query]}
     * @param trust decides about the certificate of an RTMPS server
     * @param onReconnectRequest called on the reader's thread when the server asks the caller to reconnect at a
     *        keyframe; must not block; null for a caller that cannot, which the server is told
     */
    public static RtmpClient publish(URI url, ServerTrust trust, RtmpClientLimits limits, Runnable onReconnectRequest)
            throws RtmpException {
        RtmpUrl parsed;
        try {
            parsed = RtmpUrl.parse(url);
        } catch (IllegalArgumentException problem) {
            throw new RtmpException(problem.getMessage(), problem);
        }
        RtmpClient client = new RtmpClient(parsed, connect(parsed, trust, limits), limits, onReconnectRequest);
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
     * @param timestampMs timestamp, of which the lower 32 bits are sent
     * @param body an FLV tag body, borrowed
     */
    public void send(MediaKind kind, long timestampMs, ByteBuffer body) throws RtmpException {
        try {
            sendLocked(kind, (int) timestampMs, body);
        } catch (RtmpException failed) {
            throw failed;
        } catch (IOException cause) {
            awaitReader();
            throw fail(server + " went away: " + cause.getMessage(), cause);
        }
    }

    private void sendLocked(MediaKind kind, int timestamp, ByteBuffer body) throws IOException {
        lock.lock();
        try {
            check();
            session.send(kind, timestamp, body);
            writeOutput();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the reader has read what the server sent before the connection broke: a server that refuses a stream
     * says why and then closes, so the reader's failure is the reason, and the failed write only a consequence.
     */
    private void awaitReader() {
        try {
            reader.join(limits.blocked());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Ends the publish properly, as far as the server still responds: within some seconds, and within one if a
     * {@link #send} is blocked, which then fails.
     */
    @Override
    public void close() {
        closing = true;
        try {
            if (lock.tryLock(CHECK_MS, TimeUnit.MILLISECONDS)) {
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

    private static Sockets connect(RtmpUrl url, ServerTrust trust, RtmpClientLimits limits) throws RtmpException {
        String server = url.host() + ":" + url.port();
        Socket transport = new Socket();
        try {
            transport.setTcpNoDelay(true);
            int connectMs = Math.toIntExact(limits.connect().toMillis());
            transport.connect(new InetSocketAddress(url.host(), url.port()), connectMs);
            transport.setSoTimeout(connectMs);
            Socket media = url.secure() ? trust.secure(transport, url.host(), url.port()) : transport;
            media.setSoTimeout(CHECK_MS);
            return new Sockets(media, transport);
        } catch (IOException cause) {
            try {
                transport.close();
            } catch (IOException second) {
                cause.addSuppressed(second);
            }
            throw new RtmpException("cannot connect to " + server + ": " + reason(cause, limits), cause);
        }
    }

    private static String reason(IOException cause, RtmpClientLimits limits) {
        return switch (cause) {
            case UnknownHostException _ -> "there is no host of that name";
            case SocketTimeoutException _ -> "it did not answer within " + limits.connect().toSeconds() + " s";
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
        } catch (IOException cause) {
            throw fail(server + " went away: " + cause.getMessage(), cause);
        } finally {
            lock.unlock();
        }
        reader.start();
        try {
            started.get(limits.start().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException _) {
            check();
        } catch (TimeoutException _) {
            throw fail(server + " did not answer the publish within " + limits.start().toSeconds() + " s", null);
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
                // With TLS, this writes as well.
                watched(socket::shutdownOutput);
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
        while (!lock.tryLock(CHECK_MS, TimeUnit.MILLISECONDS)) {
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
            reply();
        } finally {
            lock.unlock();
        }
    }

    /** If the connection is broken, the reader finds out itself after it has read the rest. */
    private void reply() {
        try {
            writeOutput();
        } catch (IOException broken) {
            LOG.debug("{} went away during a reply", server, broken);
        }
    }

    /** A server whose machine has died sends no reset: closing the socket frees the writing thread. */
    private void checkWriter() {
        Duration limit = closing ? CLOSE_WAIT : limits.blocked();
        if (writing && System.nanoTime() - writingSinceNanos > limit.toNanos()) {
            fail(server + " took no byte for " + limit.toSeconds() + " s", null);
        }
    }

    private void writeOutput() throws IOException {
        ByteBuffer output = session.takeOutput();
        if (!output.hasRemaining()) {
            return;
        }
        watched(() -> socket.getOutputStream().write(output.array(), output.position(), output.remaining()));
    }

    /** Writes to the socket, which the reader closes if that takes too long. */
    private void watched(Write write) throws IOException {
        writingSinceNanos = System.nanoTime();
        writing = true;
        try {
            write.run();
        } finally {
            writing = false;
        }
    }

    @FunctionalInterface
    private interface Write {
        void run() throws IOException;
    }

    private void check() throws RtmpException {
        if (failure != null) {
            throw new RtmpException(failure.getMessage(), failure);
        }
        if (closing) {
            throw new RtmpException("the publish to " + server + " was closed");
        }
    }

    /** Records a failure. Only the first one counts, and none does after {@link #close}. */
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
            sockets.transport().close();
        } catch (IOException _) {
            // The socket is not used any more.
        }
    }
}
