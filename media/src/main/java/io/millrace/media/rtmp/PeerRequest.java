package io.millrace.media.rtmp;

import io.millrace.media.amf.AmfValue;
import io.millrace.media.rtmp.RtmpMessage.Command;

/**
 * The request that a client makes with one command (RTMP 1.0, 7.2, and the undocumented commands that clients send).
 * Immutable; names and numbers are as received.
 */
sealed interface PeerRequest {
    record Connect(double transaction, ConnectRequest request) implements PeerRequest {}

    record CreateStream(double transaction) implements PeerRequest {}

    record Publish(int streamId, String name) implements PeerRequest {}

    /**
     * @param resets whether the player wants NetStream.Play.Reset
     * @param durationMs or {@link PlayDuration#UNLIMITED}
     */
    record Play(int streamId, String name, boolean resets, long durationMs) implements PeerRequest {}

    record Pause(int streamId, boolean paused) implements PeerRequest {}

    record Seek(int streamId) implements PeerRequest {}

    record ReceiveAudio(int streamId, boolean wanted) implements PeerRequest {}

    record ReceiveVideo(int streamId, boolean wanted) implements PeerRequest {}

    /** Ends the publish or play of one stream, which stays open. */
    record Close(int streamId) implements PeerRequest {}

    record CloseAll() implements PeerRequest {}

    /** FCUnpublish, which is sent on the message stream of the connection and names the published stream. */
    record Unpublish(String name) implements PeerRequest {}

    /** Ends the publish or play of one stream and closes the stream. */
    record Delete(int streamId) implements PeerRequest {}

    record DeleteAll() implements PeerRequest {}

    record Subscribe() implements PeerRequest {}

    /** A command whose only effect is its reply. */
    record Formality(double transaction, AmfValue reply) implements PeerRequest {}

    /** A reply, or a status that only servers need to send. */
    record Reply() implements PeerRequest {}

    record Unknown(double transaction) implements PeerRequest {}

    static PeerRequest parse(Command command) {
        int streamId = command.streamId();
        double transaction = command.transaction();
        return switch (command.name()) {
            case "connect" -> new Connect(transaction, ConnectRequest.parse(command));
            case "createStream" -> new CreateStream(transaction);
            case "publish" -> isFalse(command) ? new Close(streamId) : new Publish(streamId, name(command));
            case "play", "play2" -> isFalse(command) ? new Close(streamId) : play(command);
            case "pause", "pauseRaw" -> new Pause(streamId, isTrue(command));
            case "seek" -> new Seek(streamId);
            case "receiveAudio" -> new ReceiveAudio(streamId, isTrue(command));
            case "receiveVideo" -> new ReceiveVideo(streamId, isTrue(command));
            case "closeStream" -> streamId == RtmpMessage.CONNECTION ? new CloseAll() : new Close(streamId);
            case "FCUnpublish" -> new Unpublish(name(command));
            // GStreamer sends the stream's name instead of its ID, and means all streams.
            case "deleteStream" -> command.argument(0) instanceof AmfValue.Number(double id)
                    ? new Delete((int) id)
                    : new DeleteAll();
            case "FCSubscribe" -> new Subscribe();
            case "releaseStream", "FCPublish" -> new Formality(transaction, AmfValue.UNDEFINED);
            case "getStreamLength" -> new Formality(transaction, new AmfValue.Number(0));
            case "_checkbw" -> new Formality(transaction, AmfValue.NULL);
            case "_result", "_error", "onStatus", "onFCPublish" -> new Reply();
            default -> new Unknown(transaction);
        };
    }

    private static Play play(Command command) {
        boolean resets = !(command.argument(3) instanceof AmfValue.Bool(boolean reset)) || reset;
        return new Play(command.streamId(), name(command), resets,
                PlayDuration.millis(command.argument(1), command.argument(2)));
    }

    private static String name(Command command) {
        return command.argument(0) instanceof AmfValue.Text(String name) ? name : "";
    }

    /** Returns whether this is Flash's {@code NetStream.publish(false)} or {@code play(false)}, which means stop. */
    private static boolean isFalse(Command command) {
        return command.argument(0) instanceof AmfValue.Bool(boolean wanted) && !wanted;
    }

    private static boolean isTrue(Command command) {
        return command.argument(0) instanceof AmfValue.Bool(boolean wanted) && wanted;
    }
}
