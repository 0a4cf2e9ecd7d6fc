package io.millrace.platform.access;

/**
 * What JSON Web Tokens must claim about themselves (RFC 7519, 4.1). Immutable.
 *
 * @param issuer the claim {@code iss} that is required; null for any or none
 * @param audience a value that the claim {@code aud} must have or contain; null for any or none
 */
public record JwtClaimRules(String issuer, String audience) {
    /** Admits all tokens. */
    public static final JwtClaimRules ANY = new JwtClaimRules(null, null);
}
