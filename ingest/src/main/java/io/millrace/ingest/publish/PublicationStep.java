package io.millrace.ingest.publish;

import io.millrace.platform.log.SessionNotice;

/** A step that a publication must execute after a {@link PublicationCommand}. */
sealed interface PublicationStep {
    /**
     * Write the notice of the claim, and report {@link PublicationCommand.Announced} or
     * {@link PublicationCommand.AnnounceFailed}.
     */
    record Announce(long session) implements PublicationStep {}

    /** Begin the session: write the packets that are held for it, and all later packets. */
    record Begin(long session) implements PublicationStep {}

    /** Accept the encoder, unless it was accepted before. */
    record Accept() implements PublicationStep {}

    /**
     * Hold the encoder's packets and claim another session, because the session {@code over} was declared over. It is
     * {@code session}, or a greater session that may have taken over.
     */
    record ClaimAgain(long session, long over) implements PublicationStep {}

    /**
     * Hold the encoder's packets and claim another session, because the encoder's tracks are no longer those of
     * {@code session}.
     */
    record ClaimForTracks(long session) implements PublicationStep {}

    /**
     * Write {@code SessionEnded} and the notice of the end for the session that {@link ClaimForTracks} has replaced;
     * report no command.
     */
    record EndReplaced(long session) implements PublicationStep {}

    /** End a session that was declared over before the publish claimed again; report no command. */
    record EndFormer(long session) implements PublicationStep {}

    /**
     * Claim another session in the next generation, because the log has lost records; hold the encoder's packets until
     * that session begins.
     */
    record ClaimAfterLoss(long session) implements PublicationStep {}

    /** Write a notice, and report {@link PublicationCommand.Noted}. */
    record Note(long session, SessionNotice.State state) implements PublicationStep {}

    /**
     * Write {@code SessionEnded}, and report {@link PublicationCommand.EndWritten} or
     * {@link PublicationCommand.EndFailed}.
     */
    record WriteEnd(long session, PublicationEnd end) implements PublicationStep {}

    /**
     * Write the notice of the end, and report {@link PublicationCommand.EndNoted} or
     * {@link PublicationCommand.EndNoteFailed}.
     */
    record NoteEnd(long session) implements PublicationStep {}

    /** Write no more packets, and disconnect the encoder unless it left by itself. */
    record Disconnect(PublicationEnd end) implements PublicationStep {}

    /** Log the failure, and refuse the encoder unless it was accepted before. */
    record RefuseClaim(String cause) implements PublicationStep {}

    /** Complete the publish: all its records are acknowledged or have failed for good. */
    record Finish() implements PublicationStep {}
}
