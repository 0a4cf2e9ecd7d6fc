package io.millrace.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class WatchedFilesTest {
    @TempDir
    Path directory;
    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(directory.resolve("number"), "1");
    }

    @Test
    void reloadsWhenBytesChange() throws IOException {
        try (WatchedFiles<Integer> watched = open()) {
            assertThat(watched.get()).isEqualTo(1);
            assertThat(watched.reloadIfChanged()).as("nothing changed").isFalse();
            Files.writeString(file, "2");
            assertThat(watched.reloadIfChanged()).isTrue();
            assertThat(watched.get()).isEqualTo(2);
        }
    }

    @Test
    void keepsValueWhileNewBytesAreInvalid() throws IOException {
        try (WatchedFiles<Integer> watched = open()) {
            Files.writeString(file, "two");
            assertThat(watched.reloadIfChanged()).isFalse();
            Files.delete(file);
            assertThat(watched.reloadIfChanged()).isFalse();
            assertThat(watched.get()).isEqualTo(1);
            Files.writeString(file, "3");
            assertThat(watched.reloadIfChanged()).isTrue();
            assertThat(watched.get()).isEqualTo(3);
        }
    }

    /** As certbot and Kubernetes replace files. */
    @Test
    void followsReplacedSymbolicLink() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        try (WatchedFiles<Integer> watched = WatchedFiles.open("the number", List.of(link), this::parse)) {
            Files.delete(link);
            Files.createSymbolicLink(link, Files.writeString(directory.resolve("other"), "7"));
            assertThat(watched.reloadIfChanged()).isTrue();
            assertThat(watched.get()).isEqualTo(7);
        }
    }

    @Test
    void failsToOpenUnusableFile() throws IOException {
        Files.writeString(file, "one");
        assertThatThrownBy(this::open).isInstanceOf(UserError.class)
                .hasMessage("the number in " + file + " cannot be used: no number");
        Files.delete(file);
        assertThatThrownBy(this::open).isInstanceOf(UserError.class)
                .hasMessage("the number in " + file + " cannot be used: there is no " + file);
    }

    @Test
    void explainsUnreadableFile() {
        assertThatThrownBy(() -> WatchedFiles.open("the number", List.of(file), _ -> {
            throw new AccessDeniedException(file.toString());
        })).isInstanceOf(UserError.class)
                .hasMessage("the number in " + file + " cannot be used: access to " + file + " is denied");
    }

    private WatchedFiles<Integer> open() {
        return WatchedFiles.open("the number", List.of(file), this::parse);
    }

    private Integer parse(List<byte[]> contents) {
        try {
            return Integer.valueOf(new String(contents.getFirst(), StandardCharsets.US_ASCII));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("no number", e);
        }
    }
}
