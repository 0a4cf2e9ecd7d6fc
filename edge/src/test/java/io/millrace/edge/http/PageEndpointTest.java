package io.millrace.edge.http;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class PageEndpointTest {
    /** As they are in the packages hls.js 1.7.4 and mpegts.js 1.8.2 of npm. */
    @ParameterizedTest
    @CsvSource({"hls.light.min.js, 482cccb3a224554f64d8c2cf0d335dba4a3819bdb726afbfddfe15de4c277d82",
        "mpegts.min.js, bda31748736a69cb610c2edf4623e633f1f4f47b5bda83668c8d287e51b0c3a8"})
    void playersAreTheReleasedFiles(String name, String sha256) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(read("assets/vendor/" + name));
        assertThat(HexFormat.of().formatHex(digest)).isEqualTo(sha256);
    }

    @Test
    void everythingThatThePageRefersToIsServed() throws IOException {
        String page = new String(read("index.html"), java.nio.charset.StandardCharsets.UTF_8);
        Matcher references = Pattern.compile("(?:src|href)=\"(/assets/[^\"]+)\"").matcher(page);
        int seen = 0;
        while (references.find()) {
            assertThat(Route.parse(references.group(1))).isInstanceOf(Route.Asset.class);
            assertThat(PageEndpoint.class.getResource("/web" + references.group(1))).as(references.group(1))
                    .isNotNull();
            seen++;
        }
        assertThat(seen).isGreaterThanOrEqualTo(5);
        assertThat(page).as("the policy allows no inline code").doesNotContain("<script>", "<style>", "style=",
                "onclick=");
    }

    private static byte[] read(String name) throws IOException {
        try (InputStream in = PageEndpoint.class.getResourceAsStream("/web/" + name)) {
            return in.readAllBytes();
        }
    }
}
