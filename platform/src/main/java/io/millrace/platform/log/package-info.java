/**
 * Records of the topics and their Avro schemas: one immutable type per record, and a codec that reads every version
 * ever released. Pure; folds over these records are in {@code timeline}.
 */
package io.millrace.platform.log;
