/**
 * Decides where parts and segments begin and end, by a pure fold over one stream's packets. No Kafka, no clock; the
 * same packets result in the same cuts on every instance.
 */
package io.millrace.segmenter.cut;
