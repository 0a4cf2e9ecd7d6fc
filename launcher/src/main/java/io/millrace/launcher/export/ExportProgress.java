package io.millrace.launcher.export;

/** Hears of every frame that was written, on the job's thread; must be quick. */
public interface ExportProgress {
    /** An export that was killed had left {@code part}; it is begun again. */
    void restarted(String part);

    /**
     * @param mediaMs of the newest frame, from 0
     * @param bytes so far
     * @param fraction of the range that was read, 0 to 1
     */
    void wrote(long mediaMs, long bytes, double fraction);

    /** The media is written and the file is being completed: an MP4's index is put in front of it. */
    void completing(long bytes);
}
