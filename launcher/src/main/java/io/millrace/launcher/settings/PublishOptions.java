package io.millrace.launcher.settings;

import io.millrace.edge.http.HttpSettings;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.access.AddressRules;
import io.millrace.platform.access.HookForm;
import io.millrace.platform.access.JwtClaimRules;
import io.millrace.platform.net.Networks;
import io.millrace.platform.net.ProxySources;
import io.millrace.platform.rtmp.RtmpListen;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The flags for RTMP connections and publishers: TLS, load balancers, the rules for publishing, and the limits. */
public final class PublishOptions {
    @Option(names = "--tls-cert", paramLabel = "FILE", defaultValue = "none", converter = Converters.FileOrNone.class, description = "Certificate of RTMPS and HTTPS and its intermediate certificates, PEM; reloaded when the file changes.")
    private Path tlsCert;

    @Option(names = "--tls-key", paramLabel = "FILE", defaultValue = "none", converter = Converters.FileOrNone.class, description = "Private key of the certificate, PEM, PKCS#8 without a password.")
    private Path tlsKey;

    @Option(names = "--proxy-protocol", paramLabel = "NETWORK[,…]", defaultValue = "off", description = "Load balancers that send a PROXY header on RTMP connections, by address or network.")
    private ProxySources proxyProtocol;

    @Option(names = "--publish-keys", paramLabel = "FILE", defaultValue = "none", converter = Converters.FileOrNone.class, description = "Restricts publishing: file of stream keys, one 'KEY: live/show' per line; reloaded when it changes.")
    private Path publishKeys;

    @Option(names = "--publish-secret", paramLabel = "FILE", defaultValue = "none", converter = Converters.FileOrNone.class, description = "Restricts publishing: file with the secret of signed URLs, which 'sign' creates; reloaded when it changes.")
    private Path publishSecret;

    @Option(names = "--publish-jwks", paramLabel = "FILE|URL", defaultValue = "none", converter = Converters.JwksOrNone.class, description = "Restricts publishing: JSON Web Key Set of the JSON Web Tokens that allow it; a file is reloaded when it changes.")
    private AccessSettings.Jwks publishJwks;

    @Option(names = "--publish-jwt-issuer", paramLabel = "NAME", defaultValue = "none", converter = Converters.TextOrNone.class, description = "Issuer (iss) that JSON Web Tokens for publishing must name.")
    private String publishJwtIssuer;

    @Option(names = "--publish-jwt-audience", paramLabel = "NAME", defaultValue = "none", converter = Converters.TextOrNone.class, description = "Audience (aud) that JSON Web Tokens for publishing must name.")
    private String publishJwtAudience;

    @Option(names = "--publish-allow", paramLabel = "NETWORK[,…]", defaultValue = "off", description = "Restricts publishing to these addresses and networks, in addition to credentials.")
    private Networks publishAllow;

    @Option(names = "--publish-deny", paramLabel = "NETWORK[,…]", defaultValue = "off", description = "Addresses and networks that may not publish.")
    private Networks publishDeny;

    @Option(names = "--publish-hook", converter = Converters.HttpUrlOrNone.class, paramLabel = "URL", defaultValue = "none", description = "Restricts publishing: an HTTP POST to this URL decides about each publish.")
    private URI publishHook;

    @Option(names = "--publish-hook-form", paramLabel = "FORM", defaultValue = "nginx", description = "Format of the hook's request: 'nginx' as nginx-rtmp's on_publish, 'srs' as SRS's on_publish.")
    private HookForm publishHookForm;

    @Option(names = "--publish-hook-timeout", paramLabel = "TIME", defaultValue = "3s", description = "How long the hook may take, up to 30s.")
    private Duration publishHookTimeout;

    @Option(names = "--publish-hook-fallback", paramLabel = "ANSWER", defaultValue = "deny", description = "The decision if the hook does not answer: 'allow' or 'deny'.")
    private HookFallback publishHookFallback;

    @Option(names = "--max-bitrate", converter = Bitrate.class, paramLabel = "RATE", defaultValue = "off", description = "Maximum average bitrate of one publisher, such as 20Mbit or 800kbit; 'off' for no limit.")
    private long maxBitsPerSecond;

    @Option(names = "--rtmp-limits", paramLabel = "NAME=VALUE[,…]", defaultValue = LimitList.DEFAULT, description = "Timeouts, counts and sizes of RTMP connections: 'default', or the limits that differ, such as idle=30s,audio-message=1MiB.")
    private RtmpLimitSettings rtmpLimits;

    /**
     * @param rtmps whether there is a separate RTMPS port
     * @param https whether there is a separate HTTPS port
     */
    void check(boolean rtmps, boolean https) {
        Check.that((tlsCert == null) == (tlsKey == null), "--tls-cert and --tls-key must be set together");
        Check.that(!rtmps || tlsCert != null, "--rtmps-port requires --tls-cert and --tls-key");
        Check.that(!https || tlsCert != null, "--https-port requires --tls-cert and --tls-key");
        access().check("--publish-hook-timeout");
    }

    /** Returns the values that decide who may publish, unchecked. */
    AccessValues access() {
        return new AccessValues(publishKeys, publishSecret, publishJwks,
                new JwtClaimRules(publishJwtIssuer, publishJwtAudience),
                new AddressRules(publishAllow, publishDeny),
                new AccessValues.Hook(publishHook, publishHookForm, publishHookTimeout, publishHookFallback));
    }

    /** Returns the maximum bitrate of one publisher in bits per second, 0 for no limit. */
    public long maxBitsPerSecond() {
        return maxBitsPerSecond;
    }

    public RtmpLimitSettings limits() {
        return rtmpLimits;
    }

    /** Returns the settings of HTTPS; null without a certificate. */
    HttpSettings.Tls https(int port) {
        return tlsCert == null ? null : new HttpSettings.Tls(port, tlsCert, tlsKey);
    }

    RtmpListen listener(String host, int rtmpPort, int rtmpsPort) {
        return new RtmpListen(host, rtmpPort, rtmpsPort, tlsCert, tlsKey, proxyProtocol, rtmpLimits.connections());
    }

    private static final class Bitrate extends Converters.Checked<Long> {
        Bitrate() {
            super(Quantity::bitsPerSecond);
        }
    }
}
