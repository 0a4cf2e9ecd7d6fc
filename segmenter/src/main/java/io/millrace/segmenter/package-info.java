/**
 * The segmenter service: a Kafka Streams application that reads {@code packets} and writes {@code segments} and
 * {@code streams}. This package contains wiring and settings; {@code cut} contains the decisions,
 * {@code topology} the Streams processor.
 */
package io.millrace.segmenter;
