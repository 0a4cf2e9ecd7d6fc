package io.millrace.segmenter.topology;

import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.StateSchema;
import io.millrace.segmenter.cut.StreamFold;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * One stream in a task: its fold, and its outputs since the last commit. A commit writes both, which is all that a
 * successor needs: the successor resumes the fold, repeats the outputs, and skips the records that the fold contains.
 * Confined to its task.
 */
final class Journal {
    private static final StateSchema<Written> SCHEMA = new StateSchema<>("JournalState", Written::write,
            Written::read);

    private final List<SegmenterOutput> outputs = new ArrayList<>();
    private final StreamFold fold;

    /** The state that a commit writes. */
    private record Written(ByteBuffer fold, List<SegmenterOutput> outputs) {
        void write(Generic g) {
            g.put("fold", fold).list("outputs", outputs, SegmenterOutput::write);
        }

        static Written read(Generic g) {
            return new Written(g.bytes("fold"), g.list("outputs", SegmenterOutput::read));
        }
    }

    Journal(String stream) {
        this(new StreamFold(stream));
    }

    private Journal(StreamFold fold) {
        this.fold = fold;
    }

    StreamFold fold() {
        return fold;
    }

    void add(SegmenterOutput output) {
        outputs.add(output);
    }

    /** Clears the outputs, because they are in the log already. Returns this journal. */
    Journal withoutOutputs() {
        outputs.clear();
        return this;
    }

    List<SegmenterOutput> outputs() {
        return List.copyOf(outputs);
    }

    /**
     * Returns the state for the changelog, and clears the outputs: they will be acknowledged before the next commit
     * begins.
     */
    byte[] commit() {
        byte[] state = SCHEMA.encode(new Written(ByteBuffer.wrap(fold.toBytes()), outputs));
        outputs.clear();
        return state;
    }

    /**
     * Returns whether the state of the stream can be deleted: the stream has ended, and there are no outputs since the
     * last commit.
     */
    boolean isForgettable() {
        return outputs.isEmpty() && fold.isForgettable();
    }

    /**
     * Restores a journal from the bytes that {@link #commit} returned.
     *
     * @throws io.millrace.platform.log.UnreadableStateException if the bytes are damaged or have an unknown version
     */
    static Journal resume(String stream, byte[] bytes) {
        Written written = SCHEMA.decode(ByteBuffer.wrap(bytes));
        Journal journal = new Journal(StreamFold.resume(stream, written.fold()));
        journal.outputs.addAll(written.outputs());
        return journal;
    }
}
