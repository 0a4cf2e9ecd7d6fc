package io.millrace.edge.exchange;

import io.millrace.media.StreamName;
import io.millrace.platform.access.AccessRequest;
import java.util.Optional;

/**
 * A media output over HTTP, such as HLS, with URLs that no other output has. Thread-safe; called on event loops, so it
 * must not block.
 */
public interface HttpOutput {
    /**
     * Takes a GET or HEAD request if its URL belongs to this output: answers it now or later, and returns true. Returns
     * false, without effect, for any other URL. An answer is given on the event loop of the responder, which says when
     * the client has left.
     *
     * @param path percent-decoded; begins with a slash
     */
    boolean answer(Responder responder, String path, Query query);

    /**
     * Returns the stream to which a URL of this output belongs; empty for any other URL.
     *
     * @param path percent-decoded; begins with a slash
     */
    Optional<Media> mediaAt(String path);

    /** A URL of a stream's media, and the protocol of the output that it belongs to. */
    record Media(String stream, AccessRequest.Protocol protocol) {}

    /**
     * Returns the stream that a path such as {@code /live/show.flv} names; empty if the path does not end with
     * {@code suffix} or names no valid stream.
     *
     * @param path percent-decoded; begins with a slash
     * @param suffix shorter than the path
     */
    static Optional<String> streamOf(String path, String suffix) {
        return path.endsWith(suffix)
                ? StreamName.parse(path.substring(1, path.length() - suffix.length())).map(StreamName::value)
                : Optional.empty();
    }
}
