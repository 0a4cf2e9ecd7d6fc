package io.millrace.platform.log;

/** A value of one of the topics. Each kind has an Avro schema of its own; see {@code resources/avro}. */
public sealed interface LogRecord
        permits PacketsRecord, SessionNotice, Cut, Part, IndexEntry, StreamEntry, IngestNode, Undecodable {}
