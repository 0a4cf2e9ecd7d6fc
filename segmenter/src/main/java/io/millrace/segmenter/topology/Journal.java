package io.millrace.segmenter.topology;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MalformedException;
import io.millrace.segmenter.cut.StreamFold;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * One stream in a task: its fold, and its outputs since the last commit. A commit writes both, which is all that a
 * successor needs: it resumes the fold, repeats the outputs, and skips the records that the fold contains.
 *
 * <p>Layout: {@code version:8 | foldBytes:32 | fold | outputs:32 | output…}. Confined to its task.
 */
final class Journal {
    private static final int VERSION = 1;

    private final List<Output> outputs = new ArrayList<>();
    private final StreamFold fold;

    Journal(String stream) {
        this(new StreamFold(stream));
    }

    private Journal(StreamFold fold) {
        this.fold = fold;
    }

    StreamFold fold() {
        return fold;
    }

    void add(Output output) {
        outputs.add(output);
    }

    List<Output> outputs() {
        return List.copyOf(outputs);
    }

    /**
     * Returns the state for the changelog, and clears the outputs: they are acknowledged before the next commit begins.
     */
    byte[] commit() {
        byte[] state = fold.toBytes();
        ByteWriter out = new ByteWriter(state.length + 1024);
        out.uint8(VERSION).uint32(state.length).bytes(state).uint32(outputs.size());
        outputs.forEach(o -> o.write(out));
        outputs.clear();
        return out.toByteArray();
    }

    /** Whether the state of the stream can be deleted: all its outputs are acknowledged, and no more are pending. */
    boolean isForgettable() {
        return outputs.isEmpty() && fold.isForgettable();
    }

    /** @throws io.millrace.media.bytes.MediaException if another version wrote the bytes, or if they are damaged */
    static Journal resume(String stream, byte[] bytes) {
        ByteReader in = new ByteReader("Journal", ByteBuffer.wrap(bytes));
        int version = in.uint8("version");
        if (version != VERSION) {
            throw MalformedException.value("Journal", "version", version, String.valueOf(VERSION));
        }
        ByteBuffer state = in.slice(Math.toIntExact(in.uint32("foldBytes")), "fold");
        Journal journal = new Journal(StreamFold.resume(stream, state));
        for (long left = in.uint32("outputs"); left > 0; left--) {
            journal.outputs.add(Output.read(in));
        }
        return journal;
    }
}
