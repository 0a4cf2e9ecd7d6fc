package io.millrace.platform;

import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** Why a file cannot be used, for people: these exceptions of the JDK say no more than its name. */
public final class FileFault {
    private FileFault() {}

    public static String reason(Exception e) {
        return switch (e) {
            case NoSuchFileException none -> "there is no " + none.getFile();
            case AccessDeniedException denied -> "access to " + denied.getFile() + " is denied";
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }
}
