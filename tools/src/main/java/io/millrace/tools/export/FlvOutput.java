package io.millrace.tools.export;

import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.FlvWriter;
import io.millrace.platform.timeline.FlvOpening;
import io.millrace.platform.timeline.TagEvent;
import io.millrace.platform.timeline.Tracks;
import io.millrace.tools.past.SequenceHeader;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes FLV: the encoder's tags unchanged on the export's timeline, with a sequence header wherever the
 * configuration changes.
 */
final class FlvOutput implements MediaOutput {
    private final PartFile file;
    private final Tracks tracks;
    private final List<FlvTag> first = new ArrayList<>(2);
    private boolean opened;
    private int lastMs;

    FlvOutput(PartFile file, Tracks tracks) {
        this.file = file;
        this.tracks = tracks;
    }

    @Override
    public void config(TagEvent.Config header) {
        if (opened) {
            write(header.tag());
        } else {
            first.add(header.tag());
        }
    }

    @Override
    public void frame(TagEvent.Frame frame) {
        if (!opened) {
            open();
        }
        write(frame.tag());
    }

    private void open() {
        opened = true;
        VideoConfig video = null;
        // A self-describing codec has no sequence header, so its track is announced here for players to expect it.
        AudioConfig audio = tracks.audio() != null && tracks.audio().codec().isSelfDescribing() ? tracks.audio() : null;
        for (FlvTag header : first) {
            switch (SequenceHeader.config(header)) {
                case VideoConfig config -> video = config;
                case AudioConfig config -> audio = config;
            }
        }
        file.write(ByteBuffer.wrap(FlvOpening.write(new Tracks(video, audio), first, 0)));
    }

    private void write(FlvTag tag) {
        // Audio sent after the first video frame may have an earlier time, below 0, which FLV cannot express.
        int timeMs = Math.max(0, tag.timestampMs());
        lastMs = Math.max(lastMs, timeMs);
        file.write(ByteBuffer.wrap(FlvWriter.tagHeader(tag.type(), timeMs, tag.body().remaining())));
        file.write(tag.body());
        file.write(ByteBuffer.wrap(FlvWriter.tagTrailer(tag.body().remaining())));
    }

    @Override
    public void finish(Instant began) {
        if (opened) {
            // Players display the duration, and cannot seek without it.
            file.patch(ByteBuffer.allocate(Double.BYTES).putDouble(0, lastMs / 1e3),
                    FlvOpening.DURATION_POSITION);
        }
    }
}
