package io.millrace.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warns of files with secrets in them that others on this machine can read. Stateless. */
public final class SecretFile {
    private static final Logger LOG = LoggerFactory.getLogger(SecretFile.class);
    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private SecretFile() {}

    /** @param what it holds, for people: {@code the signing secret} */
    public static void warnIfOpen(String what, Path file) {
        if (isOpen(file)) {
            LOG.warn("Every user of this machine can read {} in {}; run 'chmod 600 {}'", what, file, file);
        }
    }

    /**
     * Whether others than its owner and its group may read or write it: the file lets them, and every directory above it
     * lets them through. A file system without such rights says no.
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
            // Whoever reads the file says what is wrong with it.
            return false;
        }
    }
}
