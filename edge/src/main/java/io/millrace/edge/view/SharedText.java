package io.millrace.edge.view;

import java.util.List;

/**
 * A text that is rendered once and sent to many viewers, in pieces that other texts may share. The same text has the
 * same bytes and tags on every edge. Immutable by convention: the arrays are not written to.
 */
public interface SharedText {
    /** Returns the text in UTF-8. */
    List<byte[]> plainPieces();

    /** Returns the text compressed by gzip. */
    List<byte[]> gzipPieces();

    /** Returns the strong entity tag of the plain text, with its quotes. */
    String etag();

    /** Returns the strong entity tag of the compressed text, with its quotes. */
    default String gzipEtag() {
        return etag().substring(0, etag().length() - 1) + "-gz\"";
    }
}
