package io.millrace.launcher.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import io.millrace.launcher.RequiredTool;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Provides test classes with the Chromium that all classes of a process share, and ends it after the last class. Pages
 * have nothing in common, and are closed after each test. The tests are skipped if Chromium is not installed.
 */
final class SharedBrowser implements BeforeAllCallback, AfterEachCallback, ParameterResolver {
    private record Running(Playwright playwright, Browser browser) implements AutoCloseable {
        static Running start() {
            Playwright playwright = Playwright
                    .create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
            return new Running(playwright, playwright.chromium().launch(new BrowserType.LaunchOptions()
                    .setExecutablePath(RequiredTool.find("chromium"))
                    .setArgs(List.of("--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--disable-gpu",
                            "--disable-quic", "--no-first-run", "--disable-background-networking",
                            "--disable-component-update", "--disable-sync", "--mute-audio"))));
        }

        @Override
        public void close() {
            browser.close();
            playwright.close();
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        RequiredTool.find("chromium");
    }

    @Override
    public void afterEach(ExtensionContext context) {
        browser(context).contexts().forEach(BrowserContext::close);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Browser.class;
    }

    @Override
    public Browser resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return browser(context);
    }

    private static Browser browser(ExtensionContext context) {
        // Failsafe opens one session per process, but runs each class by itself in it.
        return context.getStore(StoreScope.LAUNCHER_SESSION, Namespace.create(SharedBrowser.class))
                .computeIfAbsent("browser", _ -> Running.start(), Running.class).browser();
    }
}
