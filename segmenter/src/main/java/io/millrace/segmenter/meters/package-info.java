/**
 * Every meter of the segmenter. Thread-safe. The other packages of the segmenter, except {@code cut}, depend on this
 * one.
 */
package io.millrace.segmenter.meters;
