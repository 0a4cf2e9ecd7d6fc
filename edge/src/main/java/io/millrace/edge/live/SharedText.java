package io.millrace.edge.live;

import java.util.List;

/**
 * A text that is made once and sent to many, in pieces that other texts may share.
 *
 * <p>Immutable by agreement: nobody writes into the arrays. The same text has the same bytes and tags on every edge.
 */
public interface SharedText {
    /** UTF-8. */
    List<byte[]> plainPieces();

    /** The same, compressed. */
    List<byte[]> gzipPieces();

    /** Strong entity tag of the plain text, with its quotes. */
    String etag();

    /** That of the compressed one. */
    default String gzipEtag() {
        return etag().substring(0, etag().length() - 1) + "-gz\"";
    }
}
