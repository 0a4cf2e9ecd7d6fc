package io.millrace.media.mp4;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.codec.Codec;
import io.millrace.media.isobmff.BoxWriter;
import io.millrace.media.isobmff.SampleEntry;
import io.millrace.media.isobmff.SampleEntryReader;
import io.millrace.media.isobmff.SampleEntryWriter;
import io.millrace.media.isobmff.TrackRole;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Index of one track of an MP4 file, built while its media data is written: tables that grow by a few bytes per sample
 * (ISO/IEC 14496-12, 8.5 to 8.7), in the form in which {@link Mp4Head} copies them.
 *
 * <p>The first decoding time of the track is media time 0; an edit list maps it to the timeline shared by all tracks.
 * Composition offsets are written unchanged, negative ones too (version 1 of ctts). The exception is a track in which a
 * frame would be displayed before media time 0, where an edit list cannot point: then all offsets are increased.
 *
 * <p>Confined to one thread. Limits are those of {@link Mp4Reader}, so that it can read every file written.
 */
public final class Mp4TrackWriter {
    private final int timescale;
    private final int delayTicks;
    private final TrackRole role;
    private final List<SampleEntry> entries = new ArrayList<>();
    private final ByteWriter sizes = new ByteWriter();
    private final RunTable durations = new RunTable();
    private final RunTable compositions = new RunTable();
    private final ByteWriter syncs = new ByteWriter();
    private final ByteWriter chunkOffsets = new ByteWriter();
    private final ByteWriter chunkRuns = new ByteWriter();
    private int samples;
    private int syncSamples;
    private int chunks;
    private int chunkRunEntries;
    private int samplesPerChunk;
    private int description;
    private long firstTicks;
    private Mp4Sample last;
    private long firstShownTicks = Long.MAX_VALUE;
    private long lastShownEndTicks = Long.MIN_VALUE;
    private int leastComposition;
    private int greatestComposition;

    /**
     * @param timescale ticks per second
     * @param entry description of the track's first samples
     * @param delayTicks length of the media at the beginning that is decoded and not presented
     * @param role its place among the tracks of the file
     */
    public Mp4TrackWriter(int timescale, SampleEntry entry, int delayTicks, TrackRole role) {
        this.role = role;
        this.timescale = timescale;
        this.delayTicks = delayTicks;
        entries.add(entry);
    }

    /** A track without alternatives, of which all media is presented. */
    public Mp4TrackWriter(int timescale, SampleEntry entry) {
        this(timescale, entry, 0, TrackRole.ONLY);
    }

    /**
     * Adds samples that are contiguous in the media data.
     *
     * @param offset of the first sample, from the start of the media data
     * @param entry description of these samples, with the same codec as the first; each distinct one is written once
     * @throws OverLimitException if there are more samples or descriptions than {@link Mp4Reader} accepts
     */
    public void chunk(long offset, SampleEntry entry, List<Mp4Sample> chunk) {
        if (chunk.isEmpty()) {
            return;
        }
        if (samples + chunk.size() > Mp4Reader.MAX_SAMPLES) {
            throw new OverLimitException("stsz", "sample_count", samples + (long) chunk.size(), Mp4Reader.MAX_SAMPLES);
        }
        int index = describe(entry);
        chunkOffsets.int64(offset);
        chunks++;
        if (chunk.size() != samplesPerChunk || index != description) {
            samplesPerChunk = chunk.size();
            description = index;
            chunkRuns.uint32(chunks).uint32(samplesPerChunk).uint32(index);
            chunkRunEntries++;
        }
        chunk.forEach(this::add);
    }

    /** Returns the index of a sample description, from 1. */
    private int describe(SampleEntry entry) {
        Codec codec = entries.getFirst().config().codec();
        if (entry.config().codec() != codec) {
            throw new IllegalArgumentException(entry.config().codec() + ", but the track is " + codec);
        }
        int known = entries.indexOf(entry);
        if (known >= 0) {
            return known + 1;
        }
        if (entries.size() == SampleEntryReader.MAX_ENTRIES) {
            throw new OverLimitException("stsd", "entry_count", entries.size() + 1L, SampleEntryReader.MAX_ENTRIES);
        }
        entries.add(entry);
        return entries.size();
    }

    private void add(Mp4Sample sample) {
        if (last == null) {
            firstTicks = sample.decodingTicks();
        } else {
            long duration = sample.decodingTicks() - last.decodingTicks();
            if (duration < 0 || duration > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("decoding time " + sample.decodingTicks() + " cannot follow "
                        + last.decodingTicks());
            }
            durations.add((int) duration);
        }
        last = sample;
        samples++;
        sizes.uint32(sample.sizeBytes());
        compositions.add(sample.compositionTicks());
        leastComposition = Math.min(leastComposition, sample.compositionTicks());
        greatestComposition = Math.max(greatestComposition, sample.compositionTicks());
        firstShownTicks = Math.min(firstShownTicks, sample.presentationTicks());
        lastShownEndTicks = Math.max(lastShownEndTicks, sample.presentationTicks() + sample.durationTicks());
        if (sample.sync()) {
            syncs.uint32(samples);
            syncSamples++;
        }
    }

    boolean isEmpty() {
        return samples == 0;
    }

    int timescale() {
        return timescale;
    }

    TrackRole role() {
        return role;
    }

    SampleEntry entry() {
        return entries.getFirst();
    }

    /** Returns when the presentation begins, on the timeline shared by all tracks. */
    long startTicks() {
        return firstShownTicks + Math.min(delayTicks, lastShownEndTicks - firstShownTicks);
    }

    long shownTicks() {
        return lastShownEndTicks - startTicks();
    }

    /** Returns the media time at which the presentation begins, where the edit starts. */
    long editTicks() {
        return startTicks() + raiseTicks() - firstTicks;
    }

    /** Returns by how much all composition offsets are increased. */
    private int raiseTicks() {
        return Math.toIntExact(Math.max(0, firstTicks - firstShownTicks));
    }

    /** Returns the sum of the durations of all samples. */
    long mediaTicks() {
        return last.decodingTicks() + last.durationTicks() - firstTicks;
    }

    boolean hasNegativeCompositions() {
        return leastComposition + raiseTicks() < 0;
    }

    private boolean hasCompositions() {
        return leastComposition + raiseTicks() != 0 || greatestComposition + raiseTicks() != 0;
    }

    /** Returns the position of the last chunk, from the start of the media data. */
    long lastChunkOffset() {
        ByteBuffer offsets = chunkOffsets.view();
        return offsets.getLong(offsets.limit() - Long.BYTES);
    }

    /**
     * Writes the stbl box. Call it after {@link #end}; the track accepts no more samples.
     *
     * @param dataOffset position of the media data in the file
     * @param large whether positions need more than 32 bits
     */
    void write(BoxWriter boxes, long dataOffset, boolean large) {
        ByteWriter out = boxes.out();
        boxes.box("stbl", () -> {
            boxes.fullBox("stsd", 0, 0, () -> {
                out.uint32(entries.size());
                entries.forEach(entry -> SampleEntryWriter.write(entry, boxes));
            });
            boxes.fullBox("stts", 0, 0, () -> durations.write(out, 0));
            if (hasCompositions()) {
                boxes.fullBox("ctts", hasNegativeCompositions() ? 1 : 0, 0,
                        () -> compositions.write(out, raiseTicks()));
            }
            if (syncSamples < samples) {
                boxes.fullBox("stss", 0, 0, () -> out.uint32(syncSamples).bytes(syncs.view()));
            }
            boxes.fullBox("stsz", 0, 0, () -> out.uint32(0).uint32(samples).bytes(sizes.view()));
            boxes.fullBox("stsc", 0, 0, () -> out.uint32(chunkRunEntries).bytes(chunkRuns.view()));
            boxes.fullBox(large ? "co64" : "stco", 0, 0, () -> {
                out.uint32(chunks);
                ByteBuffer offsets = chunkOffsets.view();
                while (offsets.hasRemaining()) {
                    boxes.wide(large ? 1 : 0, dataOffset + offsets.getLong());
                }
            });
        });
    }

    /** Ends the track with the last sample's own duration. Call it once, before {@link #write}. */
    void end() {
        durations.add(last.durationTicks());
    }
}
