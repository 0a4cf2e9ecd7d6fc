package io.millrace.tools.export;

/** Receives the progress of an export. Called on the job's thread after every frame; must be quick. */
public interface ExportProgress {
    /** A killed export had left {@code part}; the export starts from the beginning. */
    void restarted(String part);

    /**
     * A frame was written.
     *
     * @param mediaMs timestamp of the newest frame, from 0
     * @param bytes bytes written so far
     * @param fraction fraction of the range that has been read, 0 to 1
     */
    void wrote(long mediaMs, long bytes, double fraction);

    /** All media is written and the file is being completed: an MP4's index is inserted at its beginning. */
    void completing(long bytes);
}
