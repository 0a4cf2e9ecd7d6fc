package io.millrace.edge.http;

import io.millrace.platform.admin.AdminFile;
import io.millrace.platform.admin.AdminFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The console: the page for operators at {@code /console/} on the admin port, read from the class path at start. */
public final class ConsoleFiles {
    private static final String PATH = "/console/";
    private static final String PAGE = "index.html";
    /** Posters are blobs. Nothing may frame the page: it disconnects viewers. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            + "media-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final Map<String, String> TYPES = Map.of("html", "text/html; charset=utf-8", "js",
            "text/javascript; charset=utf-8", "css", "text/css; charset=utf-8", "svg", "image/svg+xml");
    /** Below {@code /web/console/}. */
    static final List<String> OWN = List.of("console.css", "console.js", "admin.js", "detail.js", "facts.js",
            "history.js", "kick.js", "mp4.js", "node.js", "outbound.js", "plot.js", "poster.js", "retained.js",
            "streams.js",
            "token.js");
    /** Below {@code /web/assets/}: shared with the page for viewers. */
    static final List<String> SHARED = List.of("codecs.js", "dom.js", "palette.css", "millrace.svg");

    private ConsoleFiles() {}

    /** Reads all files; fails if one is missing, which is a bug in the build. */
    public static AdminFiles load() {
        Map<String, AdminFile> files = new TreeMap<>();
        files.put("", read("console/" + PAGE));
        OWN.forEach(name -> files.put(name, read("console/" + name)));
        SHARED.forEach(name -> files.put("shared/" + name, read("assets/" + name)));
        return new AdminFiles(PATH, POLICY, files);
    }

    private static AdminFile read(String name) {
        try (InputStream in = ConsoleFiles.class.getResourceAsStream("/web/" + name)) {
            return new AdminFile(TYPES.get(name.substring(name.lastIndexOf('.') + 1)), in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
