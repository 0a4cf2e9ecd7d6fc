package io.millrace.platform;

import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/**
 * Describes why a file cannot be used. The JDK's exceptions contain only the file's name, which callers state
 * themselves.
 */
public final class FileFault {
    private FileFault() {}

    /** Returns the reason as a clause, such as {@code there is no such file}. */
    public static String reason(Exception e) {
        return switch (e) {
            case NoSuchFileException _ -> "there is no such file";
            case AccessDeniedException _ -> "access is denied";
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }
}
