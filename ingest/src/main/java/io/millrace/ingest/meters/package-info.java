/**
 * Every meter of ingest, and the reasons that label them. Thread-safe. {@code policy}, whose reasons are labels here,
 * counts through an interface of its own.
 */
package io.millrace.ingest.meters;
