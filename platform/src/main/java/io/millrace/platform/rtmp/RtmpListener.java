package io.millrace.platform.rtmp;

import io.millrace.platform.UserError;
import io.millrace.platform.net.ListenFault;
import io.millrace.platform.net.ServerSockets;
import java.net.BindException;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntPredicate;

/** The listeners of one service with their certificate. Thread-safe. */
public final class RtmpListener implements AutoCloseable {
    private final ServerCertificate certificate;
    private final RtmpServer server;
    private int port;
    private int tlsPort = RtmpListen.NONE;

    private RtmpListener(RtmpListen listen, RtmpMeters meters) {
        certificate = listen.certificate() == null
                ? null
                : ServerCertificate.open(listen.certificate(), listen.key());
        server = new RtmpServer(meters, new RtmpServerSettings(certificate, listen.proxies(), listen.limits()));
    }

    /**
     * Binds, and accepts nobody before {@link #serve}: encoders that connect meanwhile wait.
     *
     * @param named ports that "any free one" does not take
     * @throws UserError with one line for people, about a port or the certificate
     */
    public static RtmpListener bind(RtmpListen listen, RtmpMeters meters, IntPredicate named) {
        var listener = new RtmpListener(listen, meters);
        try {
            listener.bind(listen, named);
            return listener;
        } catch (RuntimeException e) {
            listener.close();
            throw e;
        }
    }

    /** From now on it accepts. Once. */
    public void serve(RtmpApplication application) {
        server.serve(application);
    }

    /**
     * Accepts when it returns.
     *
     * @throws UserError with one line for people
     */
    public static RtmpListener open(RtmpListen listen, RtmpApplication application, RtmpMeters meters) {
        RtmpListener listener = bind(listen, meters, ServerSockets.NONE_NAMED);
        listener.serve(application);
        return listener;
    }

    private void bind(RtmpListen listen, IntPredicate named) {
        try {
            port = server.bind(listen.host(), listen.rtmpPort(), named);
        } catch (BindException e) {
            throw ListenFault.of("RTMP", listen.host(), listen.rtmpPort(), "--host", "--rtmp-port", e.getCause());
        }
        if (listen.rtmpsPort() != RtmpListen.NONE) {
            try {
                tlsPort = server.bindTls(listen.host(), listen.rtmpsPort(), named);
            } catch (BindException e) {
                throw ListenFault.of("RTMPS", listen.host(), listen.rtmpsPort(), "--host", "--rtmps-port",
                        e.getCause());
            }
        }
    }

    public int port() {
        return port;
    }

    /** The port of RTMPS, {@link RtmpListen#NONE} without one. */
    public int tlsPort() {
        return tlsPort;
    }

    /** See {@link RtmpServer#stopAccepting}. */
    public void stopAccepting() {
        server.stopAccepting();
    }

    /** See {@link RtmpServer#askPlayersToLeave}. */
    public CompletableFuture<Void> askPlayersToLeave(String description) {
        return server.askPlayersToLeave(description);
    }

    @Override
    public void close() {
        server.close();
        if (certificate != null) {
            certificate.close();
        }
    }
}
