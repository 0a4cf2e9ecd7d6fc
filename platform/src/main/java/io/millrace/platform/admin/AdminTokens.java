package io.millrace.platform.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The operators' tokens with their roles. Only the hashes of tokens are kept. Immutable.
 *
 * <p>The file has one {@code read TOKEN} or {@code admin TOKEN} per line; empty lines and lines that begin with
 * {@code #} are ignored.
 */
public final class AdminTokens {
    /** The requests that a token allows. */
    public enum Role {
        /** GET and HEAD. */
        READ,
        /** Everything. */
        ADMIN
    }

    static final int FEWEST_CHARACTERS = 16;
    /** Characters of a token. A longer one is refused before it is hashed. */
    static final int LIMIT_CHARACTERS = 512;
    /** The characters of a bearer token, RFC 6750, 2.1. */
    private static final Pattern LINE = Pattern
            .compile("(read|admin)\\s+([A-Za-z0-9._~+/=-]{" + FEWEST_CHARACTERS + "," + LIMIT_CHARACTERS + "})");

    private record Entry(byte[] hash, Role role) {}

    private final List<Entry> entries;

    private AdminTokens(List<Entry> entries) {
        this.entries = entries;
    }

    /**
     * Parses the file.
     *
     * @throws IllegalArgumentException if it has no token or an invalid line; the message does not quote the line
     */
    public static AdminTokens parse(String text) {
        List<Entry> entries = new ArrayList<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            Matcher parts = LINE.matcher(line);
            if (!parts.matches()) {
                throw new IllegalArgumentException(
                        "line " + (i + 1) + " is neither 'read TOKEN' nor 'admin TOKEN' with a"
                                + " token of " + FEWEST_CHARACTERS
                                + " characters or more; make one with 'openssl rand -hex 16'");
            }
            entries.add(new Entry(hash(parts.group(2)), parts.group(1).equals("read") ? Role.READ : Role.ADMIN));
        }
        if (entries.isEmpty()) {
            throw new IllegalArgumentException(
                    "it has no line 'read TOKEN' or 'admin TOKEN'; make a token with 'openssl rand -hex 16'");
        }
        return new AdminTokens(List.copyOf(entries));
    }

    /**
     * Returns the role of a token, the greater one if the file has both; empty if the token is unknown. The duration
     * does not depend on where the token differs from a valid one.
     */
    public Optional<Role> role(String token) {
        if (token.length() > LIMIT_CHARACTERS) {
            return Optional.empty();
        }
        byte[] hash = hash(token);
        Role role = null;
        for (Entry entry : entries) {
            if (MessageDigest.isEqual(entry.hash, hash) && role != Role.ADMIN) {
                role = entry.role;
            }
        }
        return Optional.ofNullable(role);
    }

    private static byte[] hash(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
