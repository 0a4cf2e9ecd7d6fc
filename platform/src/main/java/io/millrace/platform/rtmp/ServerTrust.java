package io.millrace.platform.rtmp;

import io.millrace.platform.FileFault;
import io.millrace.platform.UserError;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** The certificates that an RTMPS client accepts. Immutable. */
public final class ServerTrust {
    /** Trusts the authorities that the JDK trusts. */
    public static final ServerTrust SYSTEM = new ServerTrust((SSLSocketFactory) SSLSocketFactory.getDefault());

    private final SSLSocketFactory factory;

    private ServerTrust(SSLSocketFactory factory) {
        this.factory = factory;
    }

    /**
     * Trusts the certificates in {@code file} (PEM) and no others.
     *
     * @throws UserError if the file cannot be read or has no certificate
     */
    public static ServerTrust of(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new UserError(file + " has no certificate; name a PEM file with --tls-ca");
            }
            return new ServerTrust(context(certificates).getSocketFactory());
        } catch (CertificateException e) {
            throw new UserError("the certificates in " + file
                    + " cannot be read: one of them is cut off or damaged; name a PEM file with "
                    + "--tls-ca", e);
        } catch (IOException | GeneralSecurityException e) {
            throw new UserError("the certificates in " + file + " cannot be used: " + FileFault.reason(e)
                    + "; name a PEM file with --tls-ca", e);
        }
    }

    /**
     * Trusts the certificates in {@code pem} and no others.
     *
     * @throws IllegalArgumentException if the text has no certificate, or a damaged one; the message does not quote it
     */
    public static ServerTrust ofPem(String pem) {
        try {
            Collection<? extends Certificate> certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
            if (certificates.isEmpty()) {
                throw new IllegalArgumentException("it has no certificate");
            }
            return new ServerTrust(context(certificates).getSocketFactory());
        } catch (IOException | GeneralSecurityException _) {
            throw new IllegalArgumentException("its certificates cannot be used; it must be the text of a PEM file");
        }
    }

    private static SSLContext context(Collection<? extends Certificate> certificates)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int number = 0;
        for (Certificate certificate : certificates) {
            store.setCertificateEntry("authority-" + number++, certificate);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /** Performs the handshake over a connected socket; blocks. Checks that the certificate is that of {@code host}. */
    Socket secure(Socket connected, String host, int port) throws IOException {
        SSLSocket socket = (SSLSocket) factory.createSocket(connected, host, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }
}
