package io.millrace.ingest.publish;

import io.millrace.platform.log.SessionNotice;

/** A step that a publication must execute after a {@link PublicationCommand}. */
sealed interface PublicationStep {
    /**
     * Write the notice of the claim, and report {@link PublicationCommand.Announced} or
     * {@link PublicationCommand.AnnounceFailed}.
     */
    record Announce(long session) implements PublicationStep {}

    /** Begin the session: write the packets that were held for it, and all later ones. */
    record Begin(long session) implements PublicationStep {}

    /** Accept the encoder, unless it was accepted before. */
    record Accept() implements PublicationStep {}

    /**
     * Hold the encoder's packets and claim another session, because {@code over} was declared over: the encoder's own
     * session, or a greater one that may have taken over.
     */
    record ClaimAgain(long session, long over) implements PublicationStep {}

    /**
     * Hold the encoder's packets and claim another session, because its tracks are no longer those of {@code session}.
     */
    record ClaimForTracks(long session) implements PublicationStep {}

    /**
     * Write {@code SessionEnded} and the notice of the end for the session before {@link ClaimForTracks}. Nothing waits
     * for them: if they fail, the owner of the partition ends that session.
     */
    record EndFormer(long session) implements PublicationStep {}

    /** Write a notice. */
    record Note(long session, SessionNotice.State state) implements PublicationStep {}

    /** Write a notice, and report {@link PublicationCommand.HeartbeatDone}. */
    record Heartbeat(long session, SessionNotice.State state) implements PublicationStep {}

    /**
     * Write {@code SessionEnded}, and report {@link PublicationCommand.EndWritten} or
     * {@link PublicationCommand.EndFailed}.
     */
    record WriteEnd(long session, PublicationEnd end) implements PublicationStep {}

    /** Write the notice of the end, and report {@link PublicationCommand.EndNoted}. */
    record NoteEnd(long session) implements PublicationStep {}

    /** Write no more packets, and disconnect the encoder unless it left by itself. */
    record Disconnect(PublicationEnd end) implements PublicationStep {}

    /** Log the failure, and refuse the encoder unless it was accepted before. */
    record RefuseClaim(String cause) implements PublicationStep {}

    /** Complete the publish: none of its records is unacknowledged any more. */
    record Finish() implements PublicationStep {}
}
