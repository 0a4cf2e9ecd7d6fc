package io.millrace.launcher;

import io.millrace.media.StreamName;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The name of a stream on a command line; a slash in front of it, as in URLs, is forgiven. */
final class StreamArgument implements ITypeConverter<StreamName> {
    @Override
    public StreamName convert(String text) {
        String name = text.startsWith("/") ? text.substring(1) : text;
        StreamName.problem(name).ifPresent(problem -> {
            throw new TypeConversionException("'" + text + "': " + problem);
        });
        return new StreamName(name);
    }
}
