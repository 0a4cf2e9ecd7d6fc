package io.millrace.ingest.publish;

import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.publish.Publisher;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;

/**
 * Access to a {@link Publication} for threads that do not own it: each call sends a command to the owner and returns
 * immediately. Calls after the end have no effect. Thread-safe.
 */
final class PublicationProxy {
    private final CommandQueue<PublicationCommand> commands;
    private final Publisher publisher;
    private final LongPredicate keeps;
    private final CompletableFuture<Void> finished;

    /** @param keeps returns whether the publish has a session or still has to write its end; called on any thread */
    PublicationProxy(CommandQueue<PublicationCommand> commands, Publisher publisher, LongPredicate keeps,
            CompletableFuture<Void> finished) {
        this.commands = commands;
        this.publisher = publisher;
        this.keeps = keeps;
        this.finished = finished;
    }

    /**
     * Returns a future that completes when the publish has ended and all its records are acknowledged or have failed
     * for good.
     */
    CompletableFuture<Void> finished() {
        return finished;
    }

    /** Returns whether the publish has this session or still has to write the session's end. */
    boolean has(long number) {
        return keeps.test(number);
    }

    /** Writes records again that the log did not accept. Must be called regularly, about once per second. */
    void repeat() {
        commands.offer(new PublicationCommand.RepeatDue());
    }

    /** Reports that a notice of the stream was read, of this session or another one. */
    void onNotice(SessionNotice notice) {
        commands.offer(new PublicationCommand.NoticeRead(notice.session(), notice.state()));
    }

    /** Reports that the tombstone of a session of the stream was read in {@code sessions}. */
    void onTombstone(long session) {
        commands.offer(new PublicationCommand.TombstoneRead(session));
    }

    /** Ends the publish because the node shuts down, regardless of the connection. */
    void shutDown() {
        commands.offer(new PublicationCommand.End(PublicationEnd.shutdown()));
    }

    /** Ends the publish because the log has no disk space. */
    void diskFull() {
        commands.offer(new PublicationCommand.End(PublicationEnd.diskFull()));
    }

    /** Ends the publish because an operator has disconnected the publisher. */
    void kicked() {
        commands.offer(new PublicationCommand.End(PublicationEnd.kicked()));
    }

    /** Returns whether the encoder supports the reconnect request. */
    boolean leavesWhenAsked() {
        return publisher.knowsReconnect();
    }

    /** Sends the encoder the reconnect request. */
    void askToLeave() {
        publisher.requestReconnect("The node is shutting down, connect again");
    }
}
