package io.millrace.tools.push;

import java.io.IOException;
import java.util.Optional;

/** The messages to publish, with times from 0. Confined to the job's thread. */
public interface MessageSource {
    /** The next message, empty at the end. */
    Optional<MediaMessage> next() throws IOException;
}
