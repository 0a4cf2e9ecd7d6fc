package io.millrace.launcher.settings;

import io.millrace.edge.http.CorsOrigins;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.access.AddressRules;
import io.millrace.platform.access.HookForm;
import io.millrace.platform.access.JwtClaimRules;
import io.millrace.platform.net.Networks;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The flags that decide who may play. Without any of them, everybody may. */
public final class PlayOptions {
    @Option(names = "--play-keys", paramLabel = "FILE", defaultValue = "none", converter = Converters.FileOrNone.class, description = "Restricts playing: file of keys, one 'KEY: live/show' per line; reloaded when it changes.")
    private Path playKeys;

    @Option(names = "--play-secret", paramLabel = "FILE", defaultValue = "none", converter = Converters.FileOrNone.class, description = "Restricts playing: file with the secret of viewers' tokens, which 'sign --play-secret' creates; reloaded when it changes.")
    private Path playSecret;

    @Option(names = "--play-jwks", paramLabel = "FILE|URL", defaultValue = "none", converter = Converters.JwksOrNone.class, description = "Restricts playing: JSON Web Key Set of the JSON Web Tokens that allow it; a file is reloaded when it changes.")
    private AccessSettings.Jwks playJwks;

    @Option(names = "--play-jwt-issuer", paramLabel = "NAME", defaultValue = "none", converter = Converters.TextOrNone.class, description = "Issuer (iss) that JSON Web Tokens for playing must name.")
    private String playJwtIssuer;

    @Option(names = "--play-jwt-audience", paramLabel = "NAME", defaultValue = "none", converter = Converters.TextOrNone.class, description = "Audience (aud) that JSON Web Tokens for playing must name.")
    private String playJwtAudience;

    @Option(names = "--play-allow", paramLabel = "NETWORK[,…]", defaultValue = "off", description = "Restricts playing to these addresses and networks, in addition to credentials.")
    private Networks playAllow;

    @Option(names = "--play-deny", paramLabel = "NETWORK[,…]", defaultValue = "off", description = "Addresses and networks that may not play.")
    private Networks playDeny;

    @Option(names = "--play-hook", converter = Converters.HttpUrlOrNone.class, paramLabel = "URL", defaultValue = "none", description = "Restricts playing: an HTTP POST to this URL decides about each viewer.")
    private URI playHook;

    @Option(names = "--play-hook-form", paramLabel = "FORM", defaultValue = "nginx", description = "Format of the hook's request: 'nginx' as nginx-rtmp's on_play, 'srs' as SRS's on_play.")
    private HookForm playHookForm;

    @Option(names = "--play-hook-timeout", paramLabel = "TIME", defaultValue = "3s", description = "How long the hook may take, up to 30s.")
    private Duration playHookTimeout;

    @Option(names = "--play-hook-fallback", paramLabel = "ANSWER", defaultValue = "deny", description = "The decision if the hook does not answer: 'allow' or 'deny'.")
    private HookFallback playHookFallback;

    @Option(names = "--cors-origins", paramLabel = "ORIGIN[,…]", defaultValue = "*", description = "Web sites whose pages may play streams: '*' for all, 'off' for none, or origins such as https://example.com.")
    private CorsOrigins corsOrigins;

    @Option(names = "--audience", converter = Converters.Switch.class, arity = "0..1", fallbackValue = "on", paramLabel = "SWITCH", defaultValue = "on", description = "Whether edges collect what viewers experience, from the reports of their players (CMCD).")
    private boolean audience;

    void check() {
        access().check("--play-hook-timeout");
    }

    /** Returns the values that decide who may play, unchecked. */
    AccessValues access() {
        return new AccessValues(playKeys, playSecret, playJwks, new JwtClaimRules(playJwtIssuer, playJwtAudience),
                new AddressRules(playAllow, playDeny),
                new AccessValues.Hook(playHook, playHookForm, playHookTimeout, playHookFallback));
    }

    /** Returns whether edges collect what viewers experience. */
    public boolean audience() {
        return audience;
    }

    public CorsOrigins origins() {
        return corsOrigins;
    }
}
