package io.millrace.launcher;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[]{"millrace " + name(), "Java " + Runtime.version()};
    }

    /** This program's version alone. */
    static String name() {
        // The jar's manifest has it; a class directory has none.
        return Objects.requireNonNullElse(Version.class.getPackage().getImplementationVersion(), "development");
    }
}
