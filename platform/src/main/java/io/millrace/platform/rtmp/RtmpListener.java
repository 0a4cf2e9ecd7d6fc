package io.millrace.platform.rtmp;

import io.millrace.platform.UserError;
import java.net.BindException;
import java.util.concurrent.CompletableFuture;

/** The listeners of one service with their certificate. Thread-safe. */
public final class RtmpListener implements AutoCloseable {
    private final ServerCertificate certificate;
    private final RtmpServer server;
    private int port;
    private int tlsPort = RtmpListen.NONE;

    private RtmpListener(RtmpListen listen, RtmpApplication application, RtmpMeters meters) {
        certificate = listen.certificate() == null
                ? null
                : ServerCertificate.open(listen.certificate(), listen.key());
        server = new RtmpServer(application, meters,
                new RtmpServerSettings(certificate, listen.proxies(), listen.limits()));
    }

    /**
     * Accepts when it returns.
     *
     * @throws UserError with one line for people
     */
    public static RtmpListener open(RtmpListen listen, RtmpApplication application, RtmpMeters meters) {
        var listener = new RtmpListener(listen, application, meters);
        try {
            listener.bind(listen);
            return listener;
        } catch (RuntimeException e) {
            listener.close();
            throw e;
        }
    }

    private void bind(RtmpListen listen) {
        try {
            port = server.bind(listen.host(), listen.rtmpPort());
        } catch (BindException e) {
            throw new UserError(e.getMessage() + "; choose another port with --rtmp-port", e);
        }
        if (listen.rtmpsPort() != RtmpListen.NONE) {
            try {
                tlsPort = server.bindTls(listen.host(), listen.rtmpsPort());
            } catch (BindException e) {
                throw new UserError(e.getMessage() + "; choose another port with --rtmps-port", e);
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
