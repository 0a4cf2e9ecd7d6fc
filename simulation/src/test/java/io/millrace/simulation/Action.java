package io.millrace.simulation;

/** A step of a {@link Plan}. Immutable. */
sealed interface Action {
    /** @param sends whether the encoder ever sends a message */
    record Publish(int encoder, String stream, int node, boolean sends, Picture picture) implements Action {}

    record Leave(int encoder, boolean politely) implements Action {}

    record Silence(int encoder, int forMs) implements Action {}

    /** Encoders that send nothing and leave after {@code forMs}, all of them on one stream. */
    record Storm(int firstEncoder, String stream, int claims, int forMs) implements Action {}

    record Kill(Stage stage, int number) implements OfProcess {}

    record Start(Stage stage, int number) implements OfProcess {}

    record Freeze(Stage stage, int number, int forMs) implements OfProcess {}

    record Slow(Stage stage, int number, int forMs) implements OfProcess {}

    record ChangeLeader(String topic, int partition) implements Action {}

    /** Acknowledged records are lost, and their offsets are used again. */
    record Lose(String topic, int partition, int records) implements Action {}

    /** Nothing is acknowledged for {@code forMs}. */
    record Stall(int forMs) implements Action {}

    record Compact(int partition) implements Action {}

    /** Retention removes all packets, cuts, parts and index records. */
    record Expire() implements Action {}

    /** From now on, ingest nodes write what only the next release can read. */
    record Finalize() implements Action {}

    /** A process is restarted with the next release. */
    record Upgrade(Stage stage, int number) implements OfProcess {}

    record Jump(Stage stage, int number, int byMs) implements OfProcess {}

    record Poison(int partition, String key) implements Action {}

    /** A run of a packager cannot read the next packet of {@code partition}. */
    record Damage(Stage stage, int number, int partition) implements OfProcess {}

    /** Happens to a process, if the simulation has it. */
    sealed interface OfProcess extends Action {
        Stage stage();

        int number();
    }
}
