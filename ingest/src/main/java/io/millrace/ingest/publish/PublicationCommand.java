package io.millrace.ingest.publish;

import io.millrace.platform.log.SessionNotice;

/** A message to the owner of a publication. */
sealed interface PublicationCommand {
    /** {@code SessionStarted} is acknowledged, which gives the session its number. */
    record Claimed(long session) implements PublicationCommand {}

    /**
     * {@code SessionStarted} is acknowledged, but the session's number is not greater than one that was known before:
     * the log has lost records, and no reader would accept the session.
     */
    record ClaimOutdated(long session) implements PublicationCommand {}

    /** The log has lost acknowledged records of the session, as offsets show that it has used again. */
    record RecordsLost(long session) implements PublicationCommand {}

    /** {@code SessionStarted} was not written to the log. */
    record ClaimFailed(String cause) implements PublicationCommand {}

    /** The notice of the claim is acknowledged: the owner of the partition knows the session. */
    record Announced(long session) implements PublicationCommand {}

    /** The notice of the claim was not written to the log. */
    record AnnounceFailed(long session, String cause) implements PublicationCommand {}

    /** The session's first packet is acknowledged. */
    record FirstPacketWritten(long session) implements PublicationCommand {}

    /** A packet of the session could not be written to the log. */
    record PacketLost(long session, String cause) implements PublicationCommand {}

    /** The encoder's tracks are no longer those of the session. */
    record TracksChanged() implements PublicationCommand {}

    /** Time has passed since the last such command: records that the log did not accept must be written again. */
    record RepeatDue() implements PublicationCommand {}

    /** The notice of {@link PublicationStep.Note} is acknowledged, or was not written to the log. */
    record Noted(boolean written) implements PublicationCommand {}

    /** A notice of the stream was read. {@code session} is any session of the stream, on any node. */
    record NoticeRead(long session, SessionNotice.State state) implements PublicationCommand {}

    /** The tombstone of {@code session} was read, which is any session of the stream. */
    record TombstoneRead(long session) implements PublicationCommand {}

    /** The publish must end. */
    record End(PublicationEnd end) implements PublicationCommand {}

    /** {@code SessionEnded} is acknowledged. */
    record EndWritten() implements PublicationCommand {}

    /** {@code SessionEnded} was not written to the log. */
    record EndFailed() implements PublicationCommand {}

    /** The notice of the end is acknowledged. */
    record EndNoted() implements PublicationCommand {}

    /** The notice of the end was not written to the log. */
    record EndNoteFailed() implements PublicationCommand {}
}
