package io.millrace.platform.access;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Settings that decide who may publish, or who may play. A peer needs one of the configured credentials: a key, a
 * signature or a JSON Web Token; its address must be admitted; and the hook is asked about each request that these
 * allow. Immutable.
 *
 * @param keys file of {@link StreamKeys}, null for no keys
 * @param secret file of {@link SigningSecrets}, null for no signatures
 * @param jwks the key set of JSON Web Tokens, null for no tokens
 * @param hook null for no hook
 */
public record AccessSettings(Path keys, Path secret, Jwks jwks, AddressRules addresses, Hook hook) {
    /** Settings that allow everything. */
    public static final AccessSettings OPEN = new AccessSettings(null, null, null, AddressRules.NONE, null);

    /** Creates settings without tokens and addresses. */
    public AccessSettings(Path keys, Path secret, Hook hook) {
        this(keys, secret, null, AddressRules.NONE, hook);
    }

    /** Returns whether a key, a signature or a token is needed. A hook may have requirements of its own. */
    public boolean needsKey() {
        return keys != null || secret != null || jwks != null;
    }

    /** Returns whether everything is allowed. */
    public boolean isOpen() {
        return !needsKey() && addresses.isEmpty() && hook == null;
    }

    /**
     * Where the key set of JSON Web Tokens is.
     *
     * @param file null if the set has a URL
     * @param url null if the set is in a file
     * @param claims what the tokens must claim
     */
    public record Jwks(Path file, SecretUrl url, JwtClaimRules claims) {
        /** Creates a set whose tokens may have any issuer and audience. */
        public Jwks(Path file, SecretUrl url) {
            this(file, url, JwtClaimRules.ANY);
        }

        public Jwks with(JwtClaimRules others) {
            return new Jwks(file, url, others);
        }

        /** Returns the setting for display, with the secret parts of a URL replaced by {@code [hidden]}. */
        @Override
        public String toString() {
            return url == null ? file.toString() : url.toString();
        }
    }

    /**
     * A hook.
     *
     * @param url URL to which POST requests are sent; {@code user:password@} in it is sent as Basic authentication
     * @param timeout time limit of one request, which includes the wait for its turn
     * @param allowWithoutAnswer whether the request is allowed if the hook does not answer
     */
    public record Hook(SecretUrl url, HookForm form, Duration timeout, boolean allowWithoutAnswer) {
        public Hook(URI url, HookForm form, Duration timeout, boolean allowWithoutAnswer) {
            this(new SecretUrl(url), form, timeout, allowWithoutAnswer);
        }
    }
}
