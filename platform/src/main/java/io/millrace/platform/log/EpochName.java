package io.millrace.platform.log;

import java.util.HexFormat;
import java.util.Optional;

/**
 * The name of an epoch in media URLs: {@code 17.8c1e2f3a9b0d}, or {@code 17} in logs without nonces. The number alone
 * does not stay unique: a log that has lost records assigns the same offsets again.
 *
 * @param number number of the epoch's first session
 * @param nonce as in {@link EpochRules}
 */
public record EpochName(long number, long nonce) {
    /** Any decimal number of this many digits fits a long. */
    private static final int LONGEST_NUMBER = 18;
    private static final int NONCE_DIGITS = 12;

    /**
     * Parses a name in its canonical form, so that every epoch has a single name.
     *
     * @return empty for anything else
     */
    public static Optional<EpochName> parse(String text) {
        int dot = text.indexOf('.');
        long number = number(dot < 0 ? text : text.substring(0, dot));
        long nonce = dot < 0 ? EpochRules.NO_NONCE : nonce(text.substring(dot + 1));
        return number < 0 || nonce < 0 ? Optional.empty() : Optional.of(new EpochName(number, nonce));
    }

    /** Parses a decimal number of up to 18 digits without leading zeros. Returns -1 for anything else. */
    public static long number(String digits) {
        boolean isOne = !digits.isEmpty() && digits.length() <= LONGEST_NUMBER
                && (digits.charAt(0) != '0' || digits.length() == 1)
                && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return isOne ? Long.parseLong(digits) : -1;
    }

    private static long nonce(String digits) {
        boolean isOne = digits.length() == NONCE_DIGITS
                && digits.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
        long nonce = isOne ? HexFormat.fromHexDigitsToLong(digits) : -1;
        return nonce == EpochRules.NO_NONCE ? -1 : nonce;
    }

    @Override
    public String toString() {
        return nonce == EpochRules.NO_NONCE
                ? String.valueOf(number)
                : number + "." + HexFormat.of().toHexDigits(nonce, NONCE_DIGITS);
    }
}
