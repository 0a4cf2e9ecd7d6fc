package io.millrace.edge.http;

import io.millrace.edge.meters.HttpCloseReason;
import io.millrace.platform.net.ProxySources;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static io.millrace.testkit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** HTTPS with HTTP/2 and HTTP/1.1, by the JDK's client. */
@Timeout(180)
class Http2TlsTest {
    private static final String PLAYLIST = "/live/show/@17/ts/index.m3u8";

    @TempDir
    private Path directory;
    private MemoryEdge edge;

    @BeforeEach
    void start() throws Exception {
        use("one");
        edge = new MemoryEdge(HttpLimits.DEFAULT, ProxySources.NONE, FamiliarUrls.NONE,
                new HttpSettings.Tls(0, directory.resolve("tls.crt"), directory.resolve("tls.key")));
    }

    @AfterEach
    void stop() {
        edge.close();
    }

    private void use(String certificate) throws Exception {
        for (String suffix : new String[]{"crt", "key"}) {
            try (InputStream in = resource(certificate + "." + suffix)) {
                Files.copy(in, directory.resolve("tls." + suffix), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static InputStream resource(String name) {
        return Http2TlsTest.class.getResourceAsStream("/tls/" + name);
    }

    private static HttpClient trusting(String... certificates) throws Exception {
        return HttpClient.newBuilder().sslContext(context(certificates)).build();
    }

    private static SSLContext context(String... certificates) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        for (String name : certificates) {
            try (InputStream in = resource(name + ".crt")) {
                trusted.setCertificateEntry(name, CertificateFactory.getInstance("X.509").generateCertificate(in));
            }
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static HttpResponse<String> get(HttpClient client, HttpClient.Version version, String scheme, int port)
            throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + port + PLAYLIST))
                .version(version).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void negotiatesVersionOnBothPorts() throws Exception {
        try (HttpClient client = trusting("one")) {
            for (int port : new int[]{edge.tlsPort(), edge.port}) {
                for (HttpClient.Version version : HttpClient.Version.values()) {
                    if (version == HttpClient.Version.HTTP_2 || version == HttpClient.Version.HTTP_1_1) {
                        HttpResponse<String> response = get(client, version, "https", port);
                        assertThat(response.version()).isEqualTo(version);
                        assertThat(response.statusCode()).isEqualTo(200);
                        assertThat(response.body()).startsWith("#EXTM3U");
                    }
                }
            }
        }
    }

    @Test
    void httpPortServesPlainHttpAsWell() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThat(get(client, HttpClient.Version.HTTP_1_1, "http", edge.port).statusCode()).isEqualTo(200);
            assertThat(get(client, HttpClient.Version.HTTP_2, "http", edge.port).version())
                    .as("by upgrade").isEqualTo(HttpClient.Version.HTTP_2);
        }
    }

    @Test
    void newConnectionsUseNewCertificate() throws Exception {
        try (HttpClient before = trusting("one", "two"); HttpClient after = trusting("one", "two")) {
            assertThat(served(get(before, HttpClient.Version.HTTP_2, "https", edge.tlsPort()))).contains("CN=one");
            use("two");
            assertThat(edge.reloadCertificate()).isTrue();
            assertThat(served(get(after, HttpClient.Version.HTTP_2, "https", edge.tlsPort()))).contains("CN=two");
            assertThat(served(get(before, HttpClient.Version.HTTP_2, "https", edge.tlsPort())))
                    .as("an existing connection").contains("CN=one");
        }
    }

    private static String served(HttpResponse<?> response) throws Exception {
        X509Certificate certificate = (X509Certificate) response.sslSession().orElseThrow().getPeerCertificates()[0];
        return certificate.getSubjectX500Principal().getName();
    }

    @Test
    void countsWhatIsNotTls() throws Exception {
        try (var http = new RawHttp(edge.tlsPort())) {
            http.get(PLAYLIST);
            while (http.next() >= 0) {
                // An alert.
            }
        }
        await().until(() -> edge.closed(HttpCloseReason.TLS) == 1);
        try (Socket socket = context("two").getSocketFactory().createSocket("127.0.0.1", edge.tlsPort())) {
            assertThatThrownBy(((SSLSocket) socket)::startHandshake).isInstanceOf(SSLException.class);
        }
        await().until(() -> edge.closed(HttpCloseReason.TLS) == 2);
    }
}
