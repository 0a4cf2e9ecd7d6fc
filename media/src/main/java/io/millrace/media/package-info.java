/**
 * Names that all formats share. The formats are in the subpackages: bytes to typed media and back, with the JDK alone.
 * No Netty, no Kafka, no logger, no clock, no threads.
 */
package io.millrace.media;
