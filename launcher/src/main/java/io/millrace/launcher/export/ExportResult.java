package io.millrace.launcher.export;

import java.nio.file.Path;
import java.time.Instant;

/**
 * What was written.
 *
 * @param began when its first frame came in
 * @param mediaMs time of its last frame, from 0
 * @param sizeBytes of the file
 * @param pictures video frames
 * @param sounds audio frames
 * @param droppedFrames of these that the kind of file cannot carry
 */
public record ExportResult(Path file, Instant began, long mediaMs, long sizeBytes, long pictures, long sounds,
        int droppedFrames) {}
