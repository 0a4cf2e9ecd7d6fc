package io.millrace.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Provides test classes with the {@link TestBroker} that all classes of a process share, and ends it after the last
 * class. Each class must use topics with a prefix of its own, and be a {@link SlowTest}.
 */
public final class SharedBroker implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestBroker.class;
    }

    @Override
    public TestBroker resolveParameter(ParameterContext parameter, ExtensionContext context) {
        if (!context.getTags().contains(SlowTest.TAG)) {
            throw new ParameterResolutionException(context.getRequiredTestClass() + " must be a @SlowTest");
        }
        // Surefire opens one session per process, but runs each class by itself in it.
        return context.getStore(StoreScope.LAUNCHER_SESSION, Namespace.create(SharedBroker.class))
                .computeIfAbsent("broker", _ -> start(), TestBroker.class);
    }

    private static TestBroker start() {
        try {
            return TestBroker.running();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
