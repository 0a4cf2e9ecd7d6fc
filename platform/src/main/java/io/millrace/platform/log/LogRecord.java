package io.millrace.platform.log;

/** A value of one of the topics. Each type has its own Avro schema; see {@code resources/avro}. */
public sealed interface LogRecord
        permits PacketsRecord, SessionNotice, SegmentsRecord, Part, IndexRecord, StreamEntry, StreamExpiry, Withdrawal,
        IngestNode, EdgeNode, NodeHeartbeat, LogVersion, StreamEvent, DeadLetter, Redelivery, AudienceReport, Kick,
        Undecodable, UnknownSchema {}
