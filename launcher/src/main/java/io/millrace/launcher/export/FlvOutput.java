package io.millrace.launcher.export;

import io.millrace.edge.live.FlvOpening;
import io.millrace.edge.live.Tracks;
import io.millrace.launcher.past.SequenceHeader;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.FlvWriter;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** FLV: every tag as the encoder sent it, and a sequence header wherever the configuration changes. */
final class FlvOutput implements Output {
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
    public void config(FlvTag header) {
        if (opened) {
            write(header);
        } else {
            first.add(header);
        }
    }

    @Override
    public void frame(FlvTag frame, boolean entry) {
        if (!opened) {
            open();
        }
        write(frame);
    }

    private void open() {
        opened = true;
        VideoConfig video = null;
        // What describes itself has no sequence header, and players wait for it only if they are told.
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
        // Audio that was sent behind the first picture and is due before it: FLV knows nothing before 0.
        int timeMs = Math.max(0, tag.timestampMs());
        lastMs = Math.max(lastMs, timeMs);
        file.write(ByteBuffer.wrap(FlvWriter.tagHeader(tag.type(), timeMs, tag.body().remaining())));
        file.write(tag.body());
        file.write(ByteBuffer.wrap(FlvWriter.tagTrailer(tag.body().remaining())));
    }

    @Override
    public void finish(Instant began) {
        if (opened) {
            // Players show it, and without it nobody can seek.
            file.patch(ByteBuffer.allocate(Double.BYTES).putDouble(0, lastMs / 1e3),
                    FlvOpening.DURATION_POSITION);
        }
    }
}
