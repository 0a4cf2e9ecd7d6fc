package io.millrace.platform.admin;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class AdminFilesTest {
    private static final AdminFile PAGE = new AdminFile("text/html", "<p>".getBytes(StandardCharsets.UTF_8));
    private static final AdminFile SCRIPT = new AdminFile("text/javascript", "1".getBytes(StandardCharsets.UTF_8));
    private final AdminFiles files = new AdminFiles("/console/", "default-src 'none'",
            Map.of("", PAGE, "shared/dom.js", SCRIPT));

    @Test
    void sendsFileWithPolicyAndEtag() {
        AdminFiles.Reply reply = files.answer("/console/", null).orElseThrow();
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.file()).isSameAs(PAGE);
        assertThat(reply.headers()).containsEntry("Content-Security-Policy", "default-src 'none'")
                .containsEntry("ETag", PAGE.etag()).containsEntry("Cache-Control", "no-cache");
        assertThat(files.answer("/console/shared/dom.js", null).orElseThrow().file()).isSameAs(SCRIPT);
    }

    @Test
    void answersKnownEtagWithoutBody() {
        AdminFiles.Reply reply = files.answer("/console/", "W/\"0\", " + PAGE.etag()).orElseThrow();
        assertThat(reply.status()).isEqualTo(304);
        assertThat(reply.file()).isNull();
        assertThat(files.answer("/console/", SCRIPT.etag()).orElseThrow().status()).isEqualTo(200);
    }

    @Test
    void redirectsToSlash() {
        AdminFiles.Reply reply = files.answer("/console", null).orElseThrow();
        assertThat(reply.status()).isEqualTo(301);
        assertThat(reply.headers()).containsEntry("Location", "/console/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/consoles", "/console/shared", "/console/shared/", "/console/../console/", "/console//",
        "/console/shared/../../web/index.html", "/console/none.js"})
    void hasNothingElse(String path) {
        assertThat(files.answer(path, null)).isEmpty();
    }
}
