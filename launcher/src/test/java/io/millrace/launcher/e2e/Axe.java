package io.millrace.launcher.e2e;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Checks accessibility rules in the browser with axe-core. */
final class Axe {
    private static final String SCRIPT = "/axe/axe.min.js";

    private Axe() {}

    /** Returns the broken rules, each with the elements that break it. */
    static List<?> violations(Page page) throws IOException {
        try (InputStream axe = Axe.class.getResourceAsStream(SCRIPT)) {
            page.evaluate(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
        }
        return (List<?>) page.evaluate("() => axe.run().then(found => found.violations"
                + ".map(v => v.id + ' ' + v.nodes.map(n => n.target).join(' ')))");
    }
}
