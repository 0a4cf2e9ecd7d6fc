package io.millrace.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Checks that every import of every source file is used, in code or as a reference in Javadoc. Neither javac nor the
 * formatter does.
 */
class UnusedImportsTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern IMPORT = Pattern.compile("(?m)^import (?:static )?(?:\\w+\\.)+(\\w+);");
    private static final Pattern NAME = Pattern.compile("(?<![\\w.])[A-Za-z_]\\w*");
    /** Javadoc as group 1, and what contains no uses: other comments, text blocks, strings and characters. */
    private static final Pattern NO_CODE = Pattern.compile("(?s)(/\\*\\*.*?\\*/)|/\\*.*?\\*/|//[^\n]*|\"\"\".*?\"\"\""
            + "|\"(?:\\\\.|[^\"\\\\])*+\"|'(?:\\\\[^']+|\\\\'|[^'\\\\])'");
    private static final Pattern REFERENCE = Pattern
            .compile("\\{@(?:link|linkplain|value)[\\s*]+([^}]*)}|@(?:see|throws|exception)[\\s*]+([^\n]*)");

    @Test
    void everyImportIsUsed() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT).filter(file -> file.toString().endsWith(".java"))
                .filter(file -> file.toString().contains("/src/"))) {
            List<Path> sources = files.toList();
            assertThat(sources)
                    .contains(Path.of("../launcher/src/test/java/io/millrace/launcher/UnusedImportsTest.java"));
            assertThat(sources.stream().flatMap(file -> unused(text(file)).stream().map(name -> file + ": " + name)))
                    .as("unused imports").isEmpty();
        }
    }

    @Test
    void usesAreCodeAndReferences() {
        assertThat(unused("""
                import a.InCode;
                import a.InLink;
                import a.InThrows;
                import a.InString;
                import a.InComment;
                import a.InWords;
                import a.OfAnother;
                import static a.B.inCode;
                import static a.B.inNothing;

                /** The InWords' {@link InLink}'s. @throws InThrows if "x */
                class C {
                    // InComment
                    String s = "\\"InString" + '"' + '\\'' + InCode.f(inCode(), a.OfAnother.X, "//");
                }
                """)).containsExactly("InString", "InComment", "InWords", "OfAnother", "inNothing");
    }

    private static List<String> unused(String source) {
        String code = NO_CODE.matcher(IMPORT.matcher(source).replaceAll("")).replaceAll(UnusedImportsTest::references);
        Set<String> used = NAME.matcher(code).results().map(MatchResult::group).collect(Collectors.toSet());
        return IMPORT.matcher(source).results().map(found -> found.group(1)).filter(name -> !used.contains(name))
                .toList();
    }

    /** Returns what a piece without code refers to: something only if it is Javadoc. */
    private static String references(MatchResult piece) {
        return piece.group(1) == null
                ? " "
                : REFERENCE.matcher(piece.group(1)).results()
                        .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
                        .map(reference -> reference.replaceAll("\\W", " ")).collect(Collectors.joining(" ", " ", " "));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
