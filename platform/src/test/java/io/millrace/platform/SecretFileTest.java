package io.millrace.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class SecretFileTest {
    @TempDir
    private Path dir;

    @ParameterizedTest
    @CsvSource({"rw-------,false", "rw-r-----,false", "rw-r--r--,true", "rw-----w-,true"})
    void isOpenIfOthersHaveAccess(String permissions, boolean open) throws IOException {
        letOthersThrough();
        Path file = Files.createFile(dir.resolve("keys"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        assertThat(SecretFile.isOpen(file)).isEqualTo(open);
    }

    @ParameterizedTest
    @CsvSource({"none,false"})
    void missingFileIsNotOpen(String name, boolean open) {
        assertThat(SecretFile.isOpen(dir.resolve(name))).isEqualTo(open);
    }

    /** JUnit creates its directories for their owner only. */
    @Test
    void fileInClosedDirectoryIsNotOpen() throws IOException {
        Path file = Files.createFile(dir.resolve("keys"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(SecretFile.isOpen(file)).isFalse();
        letOthersThrough();
        assertThat(SecretFile.isOpen(file)).isTrue();
    }

    private void letOthersThrough() throws IOException {
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
