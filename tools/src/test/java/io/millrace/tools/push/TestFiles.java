package io.millrace.tools.push;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** The files created by make-files.sh. */
final class TestFiles {
    private TestFiles() {}

    static Path path(String name) {
        try {
            return Path.of(TestFiles.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
