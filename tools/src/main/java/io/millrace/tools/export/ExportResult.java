package io.millrace.tools.export;

import java.nio.file.Path;
import java.time.Instant;

/**
 * The result of an export.
 *
 * @param began arrival time of the first frame
 * @param mediaMs timestamp of the last frame, from 0
 * @param sizeBytes size of the file
 * @param pictures number of video frames
 * @param sounds number of audio frames
 * @param droppedFrames number of those frames that the file format cannot carry
 */
public record ExportResult(Path file, Instant began, long mediaMs, long sizeBytes, long pictures, long sounds,
        int droppedFrames) {}
