package io.millrace.platform.admin;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The table of the admin port's operations. A request is answered by the route of its method whose template matches the
 * path with the most fixed characters; a slash at the end of the path is ignored. Thread-safe.
 */
public final class AdminRoutes {
    /** In the order of the {@code Allow} header. */
    private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "DELETE");

    private final List<AdminRoute> routes = new CopyOnWriteArrayList<>();

    /** Returns a table with the operations of these resources. */
    public static AdminRoutes of(List<AdminResource> resources) {
        var routes = new AdminRoutes();
        resources.forEach(resource -> resource.routes().forEach(routes::add));
        return routes;
    }

    /** @throws IllegalArgumentException if the table has the operation */
    synchronized void add(AdminRoute route) {
        if (operations().contains(route.operation())) {
            throw new IllegalArgumentException(route.operation() + " exists");
        }
        routes.add(route);
    }

    /** Returns the operations as the OpenAPI document names them, sorted. */
    public Set<String> operations() {
        Set<String> operations = new TreeSet<>();
        routes.forEach(route -> operations.add(route.operation()));
        return operations;
    }

    /** Returns whether any method has a route for a path. */
    boolean has(String path) {
        return matching(path).findAny().isPresent();
    }

    private Stream<AdminRoute> matching(String path) {
        String plain = plain(path);
        return routes.stream().filter(route -> route.match(plain).isPresent());
    }

    private static String plain(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /** Returns the methods with a route for a path, in the format of the {@code Allow} header. */
    String methods(String path) {
        List<String> found = matching(path).map(AdminRoute::method).toList();
        return METHODS.stream().filter(method -> found.contains(routed(method))).collect(Collectors.joining(", "));
    }

    /** Returns the method whose route answers a request. */
    private static String routed(String method) {
        return method.equals("HEAD") ? "GET" : method;
    }

    /** Answers a request without a body. */
    public Optional<AdminResource.Answer> answer(String method, String path, Map<String, String> query) {
        return answer(method, path, query, "");
    }

    /**
     * Answers a request; empty if no route of the method matches.
     *
     * @param method {@code HEAD} is answered like {@code GET}
     * @param path decoded
     */
    public Optional<AdminResource.Answer> answer(String method, String path, Map<String, String> query, String body) {
        return matching(path).filter(route -> route.method().equals(routed(method)))
                .max(Comparator.comparingInt(AdminRoute::fixedCharacters))
                .map(route -> route.answer()
                        .apply(new AdminResource.Request(route.match(plain(path)).orElseThrow(), query, body)));
    }
}
