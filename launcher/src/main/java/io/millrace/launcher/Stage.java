package io.millrace.launcher;

/**
 * The stages, in the order in which they start within one process: who reads comes before who writes, and at the end
 * the publishers leave first.
 */
enum Stage {
    EDGE, PACKAGER, SEGMENTER, INGEST
}
