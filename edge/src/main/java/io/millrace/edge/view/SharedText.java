package io.millrace.edge.view;

import java.util.List;

/**
 * A text that is rendered once and sent to many viewers, in pieces that other texts may share. The same text has the
 * same bytes and entity tags on every edge. Immutable by convention: the arrays must not be written to. Thread-safe.
 */
public interface SharedText {
    /** Returns the text in UTF-8, in pieces. */
    List<byte[]> plainPieces();

    /** Returns the text compressed by gzip, in pieces. The first call may compress it. */
    List<byte[]> gzipPieces();

    /** Returns the strong entity tag of the plain text, with its quotes. */
    String etag();

    /** Returns the strong entity tag of the compressed text, with its quotes. */
    default String gzipEtag() {
        return etag().substring(0, etag().length() - 1) + "-gz\"";
    }
}
