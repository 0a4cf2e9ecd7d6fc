package io.millrace.launcher.settings;

import io.millrace.launcher.push.PublishAddress;
import java.net.URI;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The address of a server to publish to, for picocli: what it says of a wrong one does not repeat it. */
public final class RtmpAddress implements ITypeConverter<URI> {
    @Override
    public URI convert(String text) {
        try {
            return PublishAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
