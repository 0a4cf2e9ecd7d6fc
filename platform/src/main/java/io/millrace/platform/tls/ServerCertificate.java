package io.millrace.platform.tls;

import io.millrace.platform.SecretFile;
import io.millrace.platform.UserError;
import io.millrace.platform.WatchedFiles;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * The certificate of a listener and its key: PEM files that may be replaced at run time, which takes effect for new
 * connections. TLS 1.2 and 1.3 by the JDK, so that no image needs a native library. Thread-safe.
 */
public final class ServerCertificate implements AutoCloseable {
    private static final Pattern KEY = Pattern.compile("-----BEGIN ([A-Z ]*PRIVATE KEY)-----([^-]*)-----END");
    private static final String PKCS8 = "PRIVATE KEY";
    private static final String OTHER_KEY = "the key is not that of the certificate";

    private final WatchedFiles<SslContext> files;

    private ServerCertificate(WatchedFiles<SslContext> files) {
        this.files = files;
    }

    /**
     * Reads both files, and watches them until {@link #close}.
     *
     * @param protocol the listener's protocol for messages, such as {@code RTMPS}
     * @param certificate PEM file of the server's certificate followed by the intermediate ones
     * @param key PEM file of the key, PKCS#8 without a password
     * @param applications the application protocols for ALPN (RFC 7301), preferred ones first; none for no ALPN. A client
     *     that offers none of them is accepted
     * @throws UserError if one of the files cannot be used, or the key does not belong to the certificate
     */
    public static ServerCertificate open(String protocol, Path certificate, Path key, List<String> applications) {
        SecretFile.warnIfOpen("the private key of " + protocol, key);
        return new ServerCertificate(WatchedFiles.open("the certificate", List.of(certificate, key),
                contents -> context(contents, applications)));
    }

    /** Returns the TLS handler of a new connection. */
    public SslHandler handler(ByteBufAllocator allocator, long handshakeMs) {
        SslHandler handler = files.get().newHandler(allocator);
        handler.setHandshakeTimeout(handshakeMs, TimeUnit.MILLISECONDS);
        return handler;
    }

    /** Checks for new files now. Returns whether there was a new, usable certificate. */
    public boolean reloadIfChanged() {
        return files.reloadIfChanged();
    }

    /** Stops watching the files. Connections are not affected. */
    @Override
    public void close() {
        files.close();
    }

    private static SslContext context(List<byte[]> contents, List<String> applications)
            throws GeneralSecurityException, SSLException {
        X509Certificate[] chain = chain(contents.getFirst());
        checkTime(chain[0]);
        PrivateKey key = key(new String(contents.get(1), StandardCharsets.US_ASCII), chain[0]);
        check(chain[0], key);
        var builder = SslContextBuilder.forServer(key, chain).sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2");
        if (!applications.isEmpty()) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT, applications));
        }
        return builder.build();
    }

    private static X509Certificate[] chain(byte[] pem) {
        try {
            X509Certificate[] chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem)).stream().map(X509Certificate.class::cast)
                    .toArray(X509Certificate[]::new);
            if (chain.length > 0) {
                return chain;
            }
        } catch (CertificateException e) {
            throw new IllegalArgumentException("the first file holds no certificate in PEM that can be read: "
                    + "it is cut off or damaged", e);
        }
        throw new IllegalArgumentException("the first file holds no certificate in PEM");
    }

    private static void checkTime(X509Certificate certificate) {
        try {
            certificate.checkValidity();
        } catch (CertificateExpiredException e) {
            throw new IllegalArgumentException("it expired at " + certificate.getNotAfter().toInstant(), e);
        } catch (CertificateNotYetValidException e) {
            throw new IllegalArgumentException("it is not valid before " + certificate.getNotBefore().toInstant()
                    + "; is the clock right?", e);
        }
    }

    private static PrivateKey key(String pem, X509Certificate certificate) throws GeneralSecurityException {
        Matcher block = KEY.matcher(pem);
        if (!block.find()) {
            throw new IllegalArgumentException("the second file holds no private key in PEM");
        }
        if (!block.group(1).equals(PKCS8)) {
            throw new IllegalArgumentException("the key is no PKCS#8 without a password; make one of it with "
                    + "'openssl pkcs8 -topk8 -nodes -in KEY -out NEW'");
        }
        byte[] der = der(block.group(2));
        try {
            return KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (InvalidKeySpecException e) {
            throw new IllegalArgumentException(OTHER_KEY, e);
        }
    }

    private static byte[] der(String base64) {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the second file holds no private key in PEM that can be read: it is damaged", e);
        }
    }

    /** While only one of the two files has been replaced they do not match, and every handshake would fail. */
    private static void check(X509Certificate certificate, PrivateKey key) throws GeneralSecurityException {
        byte[] word = {1};
        Signature signature = Signature.getInstance(switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        });
        signature.initSign(key);
        signature.update(word);
        byte[] signed = signature.sign();
        signature.initVerify(certificate.getPublicKey());
        signature.update(word);
        if (!signature.verify(signed)) {
            throw new IllegalArgumentException(OTHER_KEY);
        }
    }
}
