package io.millrace.edge.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class PageEndpointTest {
    /** The files of the npm packages hls.js 1.7.4 and mpegts.js 1.8.2. */
    @ParameterizedTest
    @CsvSource({"hls.min.js, cfc70cc9e9fc63d071919e087670abc760c8fd1bc889b88588026e4d22193bbe",
        "mpegts.min.js, bda31748736a69cb610c2edf4623e633f1f4f47b5bda83668c8d287e51b0c3a8"})
    void playersAreReleasedFiles(String name, String sha256) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(read("assets/vendor/" + name));
        assertThat(HexFormat.of().formatHex(digest)).isEqualTo(sha256);
    }

    @ParameterizedTest
    @ValueSource(strings = {"index.html", "embed.html"})
    void servesEverythingThatPagesReferTo(String name) throws IOException {
        String page = text(name);
        assertThat(page).as("the policy allows no inline code").doesNotContain("<script>", "<style>", "style=",
                "onclick=");
        Deque<String> referred = new ArrayDeque<>(found("(?:src|href)=\"/assets/([^\"]+)\"", page));
        Set<String> seen = new HashSet<>();
        while (!referred.isEmpty()) {
            String asset = referred.pop();
            assertThat(PageEndpoint.ASSETS).contains(asset);
            if (seen.add(asset) && asset.endsWith(".js") && !asset.startsWith("vendor/")) {
                referred.addAll(found("from '\\./([^']+)'", text("assets/" + asset)));
            }
        }
        assertThat(seen).hasSizeGreaterThanOrEqualTo(8);
    }

    private static List<String> found(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results().map(match -> match.group(1)).toList();
    }

    private static String text(String name) throws IOException {
        return new String(read(name), StandardCharsets.UTF_8);
    }

    private static byte[] read(String name) throws IOException {
        try (InputStream in = PageEndpoint.class.getResourceAsStream("/web/" + name)) {
            return in.readAllBytes();
        }
    }
}
