package io.millrace.edge.http;

import io.millrace.platform.admin.AdminFile;
import io.millrace.platform.admin.AdminFiles;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ConsoleFilesTest {
    private final AdminFiles files = ConsoleFiles.load();

    /** Neither is there a file that no other refers to, nor one missing. */
    @Test
    void servesExactlyWhatThePageRefersTo() {
        Set<String> seen = new TreeSet<>(Set.of(""));
        Deque<String> referred = new ArrayDeque<>(found("(?:src|href)=\"([a-z][^\"]+)\"", ""));
        while (!referred.isEmpty()) {
            String name = referred.pop();
            assertThat(files.files()).containsKey(name);
            if (seen.add(name) && name.endsWith(".js")) {
                String folder = name.substring(0, name.lastIndexOf('/') + 1);
                referred.addAll(found("from '\\./([^']+)'", name).stream().map(each -> folder + each).toList());
            }
        }
        assertThat(seen).isEqualTo(new TreeSet<>(files.files().keySet()));
    }

    @Test
    void policyAllowsNoInlineCodeAndThereIsNone() {
        assertThat(files.policy()).doesNotContain("unsafe").contains("frame-ancestors 'none'");
        assertThat(text("")).doesNotContain("<script>", "<style>", "style=", "onclick=");
        String scripts = files.files().keySet().stream().filter(name -> name.endsWith(".js")).map(this::text)
                .collect(Collectors.joining());
        assertThat(scripts).doesNotContain("innerHTML", "insertAdjacentHTML", "eval(");
    }

    private List<String> found(String pattern, String name) {
        return Pattern.compile(pattern).matcher(text(name)).results().map(match -> match.group(1)).toList();
    }

    private String text(String name) {
        AdminFile file = files.files().get(name);
        return new String(file.bytes(), StandardCharsets.UTF_8);
    }
}
