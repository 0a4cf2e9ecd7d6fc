package io.millrace.launcher.settings;

import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.access.AddressRules;
import io.millrace.platform.access.HookForm;
import io.millrace.platform.access.JwtClaimRules;
import io.millrace.platform.access.SecretUrl;
import io.millrace.platform.net.Networks;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/**
 * Who may publish, or who may play: the values of the flags, or those of one application. Immutable.
 *
 * @param keys null for none, as all others without a value
 * @param jwks without the rules for claims, which {@code claims} has
 */
record AccessValues(Path keys, Path secret, AccessSettings.Jwks jwks, JwtClaimRules claims, AddressRules addresses,
        Hook hook) {
    /** The names of the values, without {@code publish-} or {@code play-}. */
    static final Set<String> NAMES = Set.of("keys", "secret", "jwks", "jwt-issuer", "jwt-audience", "allow", "deny",
            "hook", "hook-form", "hook-timeout", "hook-fallback");

    /** @param url null for no hook */
    record Hook(URI url, HookForm form, Duration timeout, HookFallback fallback) {}

    /**
     * Returns these settings with another value.
     *
     * @param name one of {@link #NAMES}
     * @throws IllegalArgumentException if {@code text} is not valid; the message is for the user and quotes no URL
     */
    AccessValues with(String name, String text) {
        return switch (name) {
            case "keys" -> new AccessValues(Converters.fileOrNone(text), secret, jwks, claims, addresses, hook);
            case "secret" -> new AccessValues(keys, Converters.fileOrNone(text), jwks, claims, addresses, hook);
            case "jwks" -> new AccessValues(keys, secret, Converters.jwksOrNone(text), claims, addresses, hook);
            case "jwt-issuer" -> with(new JwtClaimRules(Converters.textOrNone(text), claims.audience()));
            case "jwt-audience" -> with(new JwtClaimRules(claims.issuer(), Converters.textOrNone(text)));
            case "allow" -> with(new AddressRules(Networks.parse(text), addresses.deny()));
            case "deny" -> with(new AddressRules(addresses.allow(), Networks.parse(text)));
            case "hook" -> with(new Hook(Converters.httpUrlOrNone(text), hook.form(), hook.timeout(), hook.fallback()));
            case "hook-form" -> with(new Hook(hook.url(), constant(HookForm.class, text), hook.timeout(),
                    hook.fallback()));
            case "hook-timeout" -> with(new Hook(hook.url(), hook.form(), Quantity.duration(text), hook.fallback()));
            case "hook-fallback" -> with(new Hook(hook.url(), hook.form(), hook.timeout(),
                    constant(HookFallback.class, text)));
            default -> throw new IllegalArgumentException("no application has this setting");
        };
    }

    private AccessValues with(JwtClaimRules others) {
        return new AccessValues(keys, secret, jwks, others, addresses, hook);
    }

    private AccessValues with(AddressRules others) {
        return new AccessValues(keys, secret, jwks, claims, others, hook);
    }

    private AccessValues with(Hook other) {
        return new AccessValues(keys, secret, jwks, claims, addresses, other);
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String text) {
        for (E each : type.getEnumConstants()) {
            if (each.name().equalsIgnoreCase(text.strip())) {
                return each;
            }
        }
        throw new IllegalArgumentException("'" + text + "' is none of "
                + String.join(", ", Set.of(type.getEnumConstants()).stream()
                        .map(each -> each.name().toLowerCase(Locale.ROOT)).sorted().toList()));
    }

    /**
     * Checks the values.
     *
     * @param hookTimeout what messages call the timeout
     * @throws IllegalArgumentException if a value is out of range; the message is for the user
     */
    void check(String hookTimeout) {
        HookFallback.checkTimeout(hookTimeout, hook.timeout());
    }

    AccessSettings settings() {
        return new AccessSettings(keys, secret, jwks == null ? null : jwks.with(claims), addresses,
                hook.fallback().hook(hook.url(), hook.form(), hook.timeout()));
    }

    /** Returns the text of a value for display: URLs may contain passwords and tokens. */
    static String shown(String name, String text) {
        boolean isUrl = name.equals("hook") || name.equals("jwks") && text.strip().matches("(?i)https?:.*");
        if (!isUrl || text.strip().equals("none")) {
            return text;
        }
        try {
            return new SecretUrl(Converters.httpUrlOrNone(text)).toString();
        } catch (IllegalArgumentException _) {
            return "[hidden]";
        }
    }
}
