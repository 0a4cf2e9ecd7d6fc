package io.millrace.launcher.e2e;

import io.millrace.media.mpegts.TsReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Compares what viewers received with what was published: every access unit, in order, unchanged. */
final class Arrivals {
    private final Ffmpeg ffmpeg;
    private final int gopFrames;
    private final List<String> sentVideo;
    private final List<String> sentAudio;
    private final List<String> sentPictures;

    Arrivals(Ffmpeg ffmpeg, Path published, int gopFrames) throws IOException, InterruptedException {
        this.ffmpeg = ffmpeg;
        this.gopFrames = gopFrames;
        sentVideo = ffmpeg.codedHashes(published, "v");
        sentAudio = ffmpeg.codedHashes(published, "a");
        sentPictures = ffmpeg.decodedHashes(published);
    }

    /** Number of video frames that were sent. */
    int frames() {
        return sentVideo.size();
    }

    /** Asserts that everything from a keyframe to the end arrived. */
    void reachedFlvViewer(Path flv) throws IOException, InterruptedException {
        List<String> video = ffmpeg.codedHashes(flv, "v");
        isEndOf(sentVideo, video);
        assertThat((sentVideo.size() - video.size()) % gopFrames).as("frames of a GOP that are missing at the start")
                .isZero();
        isEndOf(sentAudio, ffmpeg.codedHashes(flv, "a"));
        ffmpeg.assertDecodesWithoutErrors(flv);
    }

    /** Asserts that everything arrived. */
    void reachedHlsViewer(HlsRecorder.Recording recording) throws IOException, InterruptedException {
        assertThat(ffmpeg.decodedHashes(recording.ts())).isEqualTo(sentPictures);
        isEndOf(sentAudio, ffmpeg.codedHashes(recording.ts(), "a", "-bsf:a", "aac_adtstoasc"));
        ffmpeg.assertDecodesWithoutErrors(recording.ts());
        assertThat(new TsReader().feed(ByteBuffer.wrap(Files.readAllBytes(recording.ts()))).finish()
                .continuityErrors())
                .isEmpty();
    }

    private static void isEndOf(List<String> sent, List<String> arrived) {
        assertThat(arrived).isNotEmpty();
        assertThat(Collections.lastIndexOfSubList(sent, arrived))
                .as("place of the %d units that arrived in the %d that were sent", arrived.size(), sent.size())
                .isEqualTo(sent.size() - arrived.size());
    }
}
