package io.millrace.tools.export;

import io.millrace.platform.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PartFileTest {
    @TempDir
    private Path dir;

    private static byte[] random(int sizeBytes) {
        byte[] bytes = new byte[sizeBytes];
        new Random(sizeBytes).nextBytes(bytes);
        return bytes;
    }

    /**
     * Blocks are moved from the end: sizes around the block size of 8 MiB, and heads smaller and larger than what is
     * moved.
     */
    @ParameterizedTest
    @CsvSource({"0, 10", "1, 10", "100, 1000", "8388607, 3", "8388608, 9000000", "8388609, 1", "20000000, 1000000"})
    void insertsBeforeWrittenBytes(int dataBytes, int headBytes) throws IOException {
        byte[] data = random(dataBytes);
        byte[] head = random(headBytes);
        Path file = dir.resolve("file.mp4");
        try (PartFile part = PartFile.create(file, false)) {
            for (int at = 0; at < dataBytes; at += 1_500_000) {
                part.write(ByteBuffer.wrap(data, at, Math.min(1_500_000, dataBytes - at)));
            }
            part.insertInFront(ByteBuffer.wrap(head));
            assertThat(part.writtenBytes()).isEqualTo(dataBytes + headBytes);
            part.finish();
        }
        byte[] all = ByteBuffer.allocate(dataBytes + headBytes).put(head).put(data).array();
        assertThat(Files.readAllBytes(file)).isEqualTo(all);
        assertThat(dir).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void appendsAfterWhatWasMoved() throws IOException {
        Path file = dir.resolve("file.mp4");
        try (PartFile part = PartFile.create(file, false)) {
            part.write(ByteBuffer.wrap(new byte[]{3, 4}));
            part.insertInFront(ByteBuffer.wrap(new byte[]{1, 2}));
            part.write(ByteBuffer.wrap(new byte[]{5}));
            part.finish();
        }
        assertThat(Files.readAllBytes(file)).containsExactly(1, 2, 3, 4, 5);
    }

    @Test
    void fileAppearsOnlyWhenComplete() throws IOException {
        Path file = dir.resolve("file.flv");
        try (PartFile part = PartFile.create(file, false)) {
            part.write(ByteBuffer.wrap(random(3_000_000)));
            assertThat(dir.resolve("file.flv.part")).exists();
            assertThat(file).doesNotExist();
        }
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void existingFileIsOverwrittenOnlyByForce() throws IOException {
        Path file = Files.writeString(dir.resolve("file.ts"), "old");
        assertThatThrownBy(() -> PartFile.create(file, false)).isInstanceOf(UserError.class)
                .hasMessageContaining("already exists").hasMessageContaining("--force");
        try (PartFile part = PartFile.create(file, true)) {
            part.write(ByteBuffer.wrap("new".getBytes(StandardCharsets.US_ASCII)));
            assertThat(file).hasContent("old");
            part.finish();
        }
        assertThat(file).hasContent("new");
    }

    @Test
    void replacesAndReportsPartFileOfKilledExport() throws IOException {
        Path file = dir.resolve("file.ts");
        Files.write(dir.resolve("file.ts.part"), random(5000));
        try (PartFile part = PartFile.create(file, false)) {
            assertThat(part.hadLeftover()).isTrue();
            part.write(ByteBuffer.wrap(random(7)));
            part.finish();
        }
        assertThat(file).hasBinaryContent(random(7));
    }

    /** A file of another user, in a directory that others can write to. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void neverWritesThroughLink(boolean targetExists) throws IOException {
        Path target = dir.resolve("target");
        if (targetExists) {
            Files.writeString(target, "precious");
        }
        Files.createSymbolicLink(dir.resolve("file.ts.part"), target);
        assertThatThrownBy(() -> PartFile.create(dir.resolve("file.ts"), true)).isInstanceOf(UserError.class)
                .hasMessageContaining("file.ts.part: it exists and is not a regular file")
                .hasMessageContaining("remove it");
        assertThat(dir.resolve("file.ts.part")).isSymbolicLink();
        assertThat(Files.exists(target)).isEqualTo(targetExists);
        if (targetExists) {
            assertThat(target).hasContent("precious");
        }
    }

    @Test
    void removesHardLinkAndKeepsItsFile() throws IOException {
        Path target = Files.writeString(dir.resolve("target"), "precious");
        Files.createLink(dir.resolve("file.ts.part"), target);
        try (PartFile part = PartFile.create(dir.resolve("file.ts"), false)) {
            part.write(ByteBuffer.wrap(random(7)));
            part.finish();
        }
        assertThat(target).hasContent("precious");
        assertThat(dir.resolve("file.ts")).hasBinaryContent(random(7));
    }

    @Test
    void rejectsDirectory() throws IOException {
        Files.createDirectory(dir.resolve("file.ts.part"));
        assertThatThrownBy(() -> PartFile.create(dir.resolve("file.ts"), true)).isInstanceOf(UserError.class)
                .hasMessageContaining("is not a regular file");
    }

    @Test
    void rejectsConcurrentExport() {
        Path file = dir.resolve("file.ts");
        try (PartFile first = PartFile.create(file, false)) {
            assertThatThrownBy(() -> PartFile.create(file, false)).isInstanceOf(UserError.class)
                    .hasMessageContaining("another export");
            assertThat(first.hadLeftover()).isFalse();
            assertThat(first.part()).exists();
        }
    }

    @Test
    void unwritablePlaceIsOneLine() {
        assertThatThrownBy(() -> PartFile.create(dir.resolve("none").resolve("file.ts"), false))
                .isInstanceOf(UserError.class).hasMessageContaining("there is no such directory");
        assertThatThrownBy(() -> PartFile.create(dir, true)).isInstanceOf(UserError.class)
                .hasMessageContaining("it is a directory");
    }
}
