package io.millrace.platform.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A fixed set of files below one path of the admin port. A request names a file of the set or gets 404, so that no path
 * leads to another file. The files are the same for everyone and need no token. Immutable.
 *
 * @param path begins and ends with a slash
 * @param policy value of {@code Content-Security-Policy} for all of them
 * @param files by the part of the URL's path after {@code path}; empty for {@code path} itself
 */
public record AdminFiles(String path, String policy, Map<String, AdminFile> files) {
    /** Browsers revalidate every time, so that they show a new release at once. */
    private static final String CACHING = "no-cache";

    public AdminFiles {
        files = Map.copyOf(files);
    }

    /**
     * The response.
     *
     * @param status 200, 301 or 304
     * @param file null without a body
     */
    record Reply(int status, Map<String, String> headers, AdminFile file) {}

    /**
     * Returns the response to a GET; empty if there is no such file.
     *
     * @param requested path of the request, decoded
     * @param ifNoneMatch value of the header; null if there is none
     */
    Optional<Reply> answer(String requested, String ifNoneMatch) {
        if (path.equals(requested + "/")) {
            return Optional.of(new Reply(301, Map.of("Location", path), null));
        }
        if (!requested.startsWith(path)) {
            return Optional.empty();
        }
        return Optional.ofNullable(files.get(requested.substring(path.length()))).map(file -> {
            Map<String, String> headers = new LinkedHashMap<>();
            headers.put("ETag", file.etag());
            headers.put("Cache-Control", CACHING);
            headers.put("Content-Security-Policy", policy);
            headers.put("Referrer-Policy", "no-referrer");
            headers.put("X-Content-Type-Options", "nosniff");
            boolean known = ifNoneMatch != null && ifNoneMatch.contains(file.etag());
            return new Reply(known ? 304 : 200, headers, known ? null : file);
        });
    }
}
