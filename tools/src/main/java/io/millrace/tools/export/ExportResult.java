package io.millrace.tools.export;

import io.millrace.platform.log.TrackId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * The result of an export.
 *
 * @param began arrival time of the first frame
 * @param mediaMs timestamp of the last frame, from 0
 * @param sizeBytes size of the file
 * @param pictures number of video frames
 * @param sounds number of audio frames
 * @param droppedFrames number of those frames that the file format cannot carry
 * @param omitted tracks of the stream at the start of the range that the file does not contain
 */
public record ExportResult(Path file, Instant began, long mediaMs, long sizeBytes, long pictures, long sounds,
        int droppedFrames, List<TrackId> omitted) {}
