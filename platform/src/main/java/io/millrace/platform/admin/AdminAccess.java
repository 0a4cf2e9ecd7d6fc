package io.millrace.platform.admin;

import io.millrace.platform.SecretFile;
import io.millrace.platform.WatchedFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decides about requests for the resources of the admin port: pages of other origins may send none, and if there are
 * tokens, a request needs one with a sufficient role. Thread-safe.
 */
public final class AdminAccess implements AutoCloseable {
    /** Access without tokens. */
    public static final AdminAccess WITHOUT_TOKENS = new AdminAccess(null, () -> {});
    private static final Pattern BEARER = Pattern.compile("(?i:Bearer) +(\\S+) *");
    private static final Pattern ORIGIN = Pattern.compile("https?://(.+)");

    /** Null without tokens. */
    private final Supplier<AdminTokens> tokens;
    private final Runnable close;

    private AdminAccess(Supplier<AdminTokens> tokens, Runnable close) {
        this.tokens = tokens;
        this.close = close;
    }

    /**
     * Reads the file of tokens, and reads it again when it changes.
     *
     * @param file null for access without tokens
     * @throws io.millrace.platform.UserError if the file cannot be read or is invalid
     */
    public static AdminAccess open(Path file) {
        if (file == null) {
            return WITHOUT_TOKENS;
        }
        SecretFile.warnIfOpen("the tokens of operators", file);
        WatchedFiles<AdminTokens> watched = WatchedFiles.open("the tokens of operators", List.of(file),
                contents -> AdminTokens.parse(new String(contents.getFirst(), StandardCharsets.UTF_8)));
        return new AdminAccess(watched, watched::close);
    }

    /** Returns access with fixed tokens. */
    static AdminAccess of(AdminTokens tokens) {
        return new AdminAccess(() -> tokens, () -> {});
    }

    /**
     * A refused request.
     *
     * @param status HTTP status
     */
    record Refusal(int status, String code, String message) {}

    /**
     * Returns why a page may not send a request; empty if it may, or if no page sends it. A browser sends {@code Origin}
     * with every request of a page except a GET of its own origin (Fetch standard, 3.2).
     *
     * @param origin value of the header; null if there is none
     * @param host value of the header {@code Host}; null if there is none
     */
    static Optional<Refusal> foreign(String origin, String host) {
        if (origin == null) {
            return Optional.empty();
        }
        Matcher own = ORIGIN.matcher(origin);
        return own.matches() && own.group(1).equalsIgnoreCase(host)
                ? Optional.empty()
                : Optional.of(new Refusal(403, "foreign_origin", "pages of other origins may not use the admin port"));
    }

    /**
     * Returns why a request is refused; empty if it is allowed.
     *
     * @param reads whether the request changes nothing
     * @param authorization value of the header; null if there is none
     */
    Optional<Refusal> refusal(boolean reads, String authorization) {
        if (tokens == null) {
            return Optional.empty();
        }
        if (authorization == null) {
            return Optional.of(new Refusal(401, "credentials_required",
                    "this needs a token of --admin-tokens, in the header 'Authorization: Bearer TOKEN'"));
        }
        Matcher bearer = BEARER.matcher(authorization);
        Optional<AdminTokens.Role> role = bearer.matches() ? tokens.get().role(bearer.group(1)) : Optional.empty();
        if (role.isEmpty()) {
            return Optional.of(new Refusal(401, "credentials_invalid", "the token is not in --admin-tokens"));
        }
        return reads || role.get() == AdminTokens.Role.ADMIN
                ? Optional.empty()
                : Optional.of(new Refusal(403, "role_required", "this needs a token with the role admin"));
    }

    /** Stops watching the file. */
    @Override
    public void close() {
        close.run();
    }
}
