package io.millrace.launcher.settings;

import io.millrace.ingest.PublicRtmp;
import io.millrace.platform.admin.AdminNames;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The flags of the addresses and ports on which a process listens, except those of the embedded broker. */
public final class ListenOptions {
    @Option(names = "--host", paramLabel = "ADDRESS", defaultValue = "0.0.0.0", description = "Address on which RTMP and HTTP listen.")
    private String host;

    @Option(names = "--admin-host", paramLabel = "ADDRESS", defaultValue = "127.0.0.1", description = "Address on which the admin port listens.")
    private String adminHost;

    @Option(names = "--rtmp-port", paramLabel = "PORT", defaultValue = "1935", converter = Converters.Port.class, description = "RTMP port; 0 selects a free port, which the ready line reports.")
    private int rtmpPort;

    @Option(names = "--rtmps-port", paramLabel = "PORT", defaultValue = "off", converter = Converters.PortOrOff.class, description = "Separate port for RTMPS, or 'off'; 0 selects a free port. With a certificate, the RTMP port accepts both RTMP and RTMPS, too.")
    private int rtmpsPort;

    @Option(names = "--public-rtmp", paramLabel = "URL[,…]", defaultValue = PublicRtmpUrls.AUTO, description = "Addresses at which encoders reach this node, shown on the web page: rtmp://HOST[:PORT], rtmps://HOST[:PORT] or both, of a load balancer or of a container's host; the host '*' is that of the web page. 'auto' is the node's own ports.")
    private PublicRtmp.Configured publicRtmp;

    @Option(names = "--http-port", paramLabel = "PORT", defaultValue = "8080", converter = Converters.Port.class, description = "Port of the web page, HLS, FLV and the API; 0 selects a free port.")
    private int httpPort;

    @Option(names = "--https-port", paramLabel = "PORT", defaultValue = "off", converter = Converters.PortOrOff.class, description = "Separate port for HTTPS, or 'off'; 0 selects a free port. With a certificate, the HTTP port accepts both HTTP and HTTPS, too.")
    private int httpsPort;

    @Option(names = "--admin-port", paramLabel = "PORT", defaultValue = "8081", converter = Converters.Port.class, description = "Port of metrics and health; 0 selects a free port.")
    private int adminPort;

    @Option(names = "--admin-names", paramLabel = "NAME[,…]", defaultValue = "none", description = "Host names under which the admin port may be reached, in addition to IP addresses and localhost.")
    private AdminNames adminNames;

    @Option(names = "--admin-tokens", paramLabel = "FILE", defaultValue = "none", converter = Converters.FileOrNone.class, description = "Restricts the admin port's API: file of operators' tokens, one 'read TOKEN' or 'admin TOKEN' per line; reloaded when it changes.")
    private Path adminTokens;

    public String host() {
        return host;
    }

    public String adminHost() {
        return adminHost;
    }

    int rtmpPort() {
        return rtmpPort;
    }

    /** Returns the RTMPS port, 0 for any free port, negative if there is none. */
    int rtmpsPort() {
        return rtmpsPort;
    }

    /**
     * Returns the addresses that the web page shows for encoders; empty if these are the addresses of the listeners.
     */
    public Optional<PublicRtmp.Configured> publicRtmp() {
        return Optional.ofNullable(publicRtmp);
    }

    public int httpPort() {
        return httpPort;
    }

    /** Returns the HTTPS port, 0 for any free port, negative if there is none. */
    int httpsPort() {
        return httpsPort;
    }

    public int adminPort() {
        return adminPort;
    }

    /** Returns the host names under which the admin port may be reached. */
    public AdminNames adminNames() {
        return adminNames;
    }

    /** Returns the file of operators' tokens; null for none. */
    public Path adminTokens() {
        return adminTokens;
    }
}
