package io.millrace.launcher.e2e;

import io.millrace.launcher.e2e.Deployment.Layout;
import io.millrace.testkit.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Provides test classes with the {@code millrace up} that all classes of a test process share, and ends it after the last
 * class. Each class must use streams with names of its own, in the application whose rules it needs, and end its encoders.
 */
final class SharedMillrace implements ParameterResolver {
    /** Streams of {@code back} wait for encoders that return within the test; those of {@code patient} never end. */
    private static final String SETTINGS = """
            grace: 4s
            applications:
              brief: {segment: 1s, window: 5m, grace: 1s}
              back: {grace: 10s}
              patient: {grace: 10m}
              quick: {part: 300ms}
            """;

    private record Running(Path dir, Deployment millrace) implements AutoCloseable {
        static Running start() {
            try {
                Path dir = Directories.temporary("millrace-shared");
                Path settings = Files.writeString(dir.resolve("millrace.yaml"), SETTINGS);
                return new Running(dir,
                        Deployment.start(Layout.ONE_PROCESS, dir, "--config", settings.toString()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }

        @Override
        public void close() throws IOException {
            millrace.close();
            Directories.delete(dir);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Deployment.class;
    }

    @Override
    public Deployment resolveParameter(ParameterContext parameter, ExtensionContext context) {
        // Failsafe opens one session per process, but runs each class by itself in it.
        return context.getStore(StoreScope.LAUNCHER_SESSION, Namespace.create(SharedMillrace.class))
                .computeIfAbsent("millrace", _ -> Running.start(), Running.class).millrace();
    }
}
