package io.millrace.testkit.oracle;

/**
 * A broken promise.
 *
 * @param stream empty if it is about a node
 */
public record Violation(Promise promise, String stream, String words) {}
