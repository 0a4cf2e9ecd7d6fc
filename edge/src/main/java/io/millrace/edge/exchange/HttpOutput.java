package io.millrace.edge.exchange;

import io.millrace.media.StreamName;
import java.util.Optional;

/** An output over HTTP, with URLs of its own. Thread-safe; called on event loops. */
public interface HttpOutput {
    /**
     * Answers a request if its URL belongs to this output. Returns false, without effect, for any other URL.
     *
     * @param path percent-decoded
     */
    boolean answer(Responder responder, String path, Query query);

    /**
     * Returns the stream that a path such as {@code /live/show.flv} names; empty if it does not end with the suffix.
     */
    static Optional<String> streamOf(String path, String suffix) {
        return path.endsWith(suffix)
                ? StreamName.parse(path.substring(1, path.length() - suffix.length())).map(StreamName::value)
                : Optional.empty();
    }
}
