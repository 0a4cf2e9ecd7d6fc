package io.millrace.launcher;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** Provides the output of {@code --version}. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[]{"millrace " + name(), "Java " + Runtime.version()};
    }

    /** Returns the version of Millrace, {@code development} if it is not known. */
    static String name() {
        // From the manifest of the jar; a directory of classes has no manifest.
        return Objects.requireNonNullElse(Version.class.getPackage().getImplementationVersion(), "development");
    }
}
