package io.millrace.platform.admin;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * One operation of the admin port: a method and the paths that it has. The same notation as in the OpenAPI document,
 * which {@code OpenApiTest} compares with all routes. Immutable.
 *
 * @param method {@code GET}, which HEAD uses as well, {@code POST}, {@code PUT} or {@code DELETE}
 * @param template a path, in which one parameter such as {@code {stream}} may stand for one or more segments
 * @param answer answers a request; may block
 */
public record AdminRoute(String method, String template, Function<AdminResource.Request, AdminResource.Answer> answer) {
    private static final Pattern TEMPLATE = Pattern.compile("(/[^{}/]+)*(/\\{\\w+}(/[^{}/]+)*)?");

    public AdminRoute {
        if (!TEMPLATE.matcher(template).matches()) {
            throw new IllegalArgumentException(template + " is no path with at most one parameter");
        }
    }

    public static AdminRoute get(String template, Function<AdminResource.Request, AdminResource.Answer> answer) {
        return new AdminRoute("GET", template, answer);
    }

    public static AdminRoute post(String template, Function<AdminResource.Request, AdminResource.Answer> answer) {
        return new AdminRoute("POST", template, answer);
    }

    public static AdminRoute put(String template, Function<AdminResource.Request, AdminResource.Answer> answer) {
        return new AdminRoute("PUT", template, answer);
    }

    public static AdminRoute delete(String template, Function<AdminResource.Request, AdminResource.Answer> answer) {
        return new AdminRoute("DELETE", template, answer);
    }

    /** Returns the operation as the OpenAPI document names it, such as {@code get /api/v1/streams/{stream}}. */
    public String operation() {
        return method.toLowerCase(Locale.ROOT) + " " + template;
    }

    /**
     * Returns what stands for the parameter in a path, which is never empty; an empty string if the template has none.
     * Empty if the path does not match.
     */
    Optional<String> match(String path) {
        int begin = template.indexOf('{');
        if (begin < 0) {
            return path.equals(template) ? Optional.of("") : Optional.empty();
        }
        String before = template.substring(0, begin);
        String after = template.substring(template.indexOf('}') + 1);
        return path.length() > before.length() + after.length() && path.startsWith(before) && path.endsWith(after)
                ? Optional.of(path.substring(before.length(), path.length() - after.length()))
                : Optional.empty();
    }

    /** Returns the number of characters outside of the parameter: of two routes that match, the one with more counts. */
    int fixedCharacters() {
        return template.replaceFirst("\\{\\w+}", "").length();
    }
}
