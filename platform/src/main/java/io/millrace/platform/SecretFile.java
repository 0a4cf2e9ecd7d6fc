package io.millrace.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warns about files with secrets that other users of this machine can read. Stateless. */
public final class SecretFile {
    private static final Logger LOG = LoggerFactory.getLogger(SecretFile.class);
    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private SecretFile() {}

    /**
     * Logs a warning if every user of this machine can read or write {@code file}.
     *
     * @param what name of the contents for the message, such as {@code the signing secret}
     */
    public static void warnIfOpen(String what, Path file) {
        if (isOpen(file)) {
            LOG.warn("every user of this machine can read {} in {}; run 'chmod 600 {}'", what, file, file);
        }
    }

    /**
     * Whether users other than the owner and the group may read or write the file: its own permissions allow it, and so
     * do those of every directory above it. False on file systems without POSIX permissions.
     */
    static boolean isOpen(Path file) {
        try {
            if (Files.getPosixFilePermissions(file).stream().noneMatch(OTHERS::contains)) {
                return false;
            }
            for (Path above = file.toRealPath().getParent(); above != null; above = above.getParent()) {
                if (!Files.getPosixFilePermissions(above).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                    return false;
                }
            }
            return true;
        } catch (IOException | UnsupportedOperationException _) {
            // The code that reads the file reports the error.
            return false;
        }
    }
}
