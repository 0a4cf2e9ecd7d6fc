package io.millrace.launcher;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        // The jar's manifest has it; a class directory has none.
        String version = Objects.requireNonNullElse(Version.class.getPackage().getImplementationVersion(),
                "development");
        return new String[]{"millrace " + version, "Java " + Runtime.version()};
    }
}
