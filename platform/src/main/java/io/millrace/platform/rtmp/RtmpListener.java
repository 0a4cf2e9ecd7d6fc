package io.millrace.platform.rtmp;

import io.millrace.platform.UserError;
import io.millrace.platform.net.ListenFault;
import io.millrace.platform.tls.ServerCertificate;
import java.net.BindException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntPredicate;

/** The RTMP and RTMPS listeners of one service, with their certificate. Thread-safe. */
public final class RtmpListener implements AutoCloseable {
    private final ServerCertificate certificate;
    private final RtmpServer server;
    private int port;
    private int tlsPort = RtmpListen.NONE;

    private RtmpListener(RtmpListen listen, RtmpMeters meters) {
        certificate = listen.certificate() == null
                ? null
                : ServerCertificate.open("RTMPS", listen.certificate(), listen.key(), List.of());
        server = new RtmpServer(meters, new RtmpServerSettings(certificate, listen.proxies(), listen.limits()));
    }

    /**
     * Binds the ports without accepting: encoders that connect wait until {@link #serve}.
     *
     * @param named ports that "any free port" must not take
     * @throws UserError about a port or the certificate
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

    /** Starts to accept connections. To be called once. */
    public void serve(RtmpApplication application) {
        server.serve(application);
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

    /** Changes the limits, for connections that are accepted from now on. */
    public void limit(ConnectionLimits limits) {
        server.limit(limits);
    }

    public int port() {
        return port;
    }

    /** Returns the port of RTMPS, {@link RtmpListen#NONE} if there is none. */
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
