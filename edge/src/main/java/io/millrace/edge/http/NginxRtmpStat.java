package io.millrace.edge.http;

import io.millrace.edge.audience.Viewer;
import io.millrace.edge.audience.Viewers;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.platform.admin.AdminFile;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoute;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.StreamEntry;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * {@code /stat} on the admin port: the streams and viewers of this edge in the XML of nginx-rtmp's statistics
 * ({@code rtmp_stat all}), for tools that read it. An application of nginx-rtmp is the part of a stream name before the
 * last slash. Values that Millrace does not measure are 0. Thread-safe.
 */
public final class NginxRtmpStat implements AdminResource {
    /** Further streams are omitted. */
    static final int STREAMS_LIMIT = 1000;
    /** Further viewers are counted and not listed. */
    static final int VIEWERS_LIMIT = 1000;
    private static final String TYPE = "text/xml";

    private final StreamDirectory directory;
    private final Viewers viewers;
    private final InstantSource clock;
    private final long startedMs;

    public NginxRtmpStat(StreamDirectory directory, Viewers viewers, InstantSource clock) {
        this.directory = directory;
        this.viewers = viewers;
        this.clock = clock;
        startedMs = clock.millis();
    }

    @Override
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.get("/stat", _ -> Answer.of(new AdminFile(TYPE, xml()))));
    }

    private byte[] xml() {
        List<OnAir> streams = OnAir.list(directory, viewers, STREAMS_LIMIT, VIEWERS_LIMIT);
        Map<String, List<OnAir>> applications = streams.stream()
                .collect(Collectors.groupingBy(OnAir::application, TreeMap::new, Collectors.toList()));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            Text text = new Text(
                    XMLOutputFactory.newFactory().createXMLStreamWriter(bytes, StandardCharsets.UTF_8.name()),
                    clock.millis());
            text.document(ProcessHandle.current().pid(), (text.nowMs - startedMs) / 1000, viewers.total(), streams,
                    applications);
        } catch (XMLStreamException e) {
            throw new IllegalStateException("XML is written to memory", e);
        }
        return bytes.toByteArray();
    }

    /** Writes one document. */
    private record Text(XMLStreamWriter out, long nowMs) {
        void document(long pid, long uptimeS, long accepted, List<OnAir> streams,
                Map<String, List<OnAir>> applications) throws XMLStreamException {
            out.writeStartDocument("utf-8", "1.0");
            out.writeStartElement("rtmp");
            element("pid", pid);
            element("uptime", uptimeS);
            element("naccepted", accepted);
            bandwidth(streams.stream().mapToLong(each -> each.entry().playlist().bitrate()).sum(),
                    streams.stream().mapToLong(OnAir::receivedBytes).sum(),
                    streams.stream().mapToLong(OnAir::sentBytes).sum());
            out.writeStartElement("server");
            for (Map.Entry<String, List<OnAir>> application : applications.entrySet()) {
                out.writeStartElement("application");
                element("name", application.getKey());
                out.writeStartElement("live");
                for (OnAir stream : application.getValue()) {
                    stream(stream);
                }
                element("nclients", application.getValue().stream().mapToInt(OnAir::clientCount).sum());
                out.writeEndElement();
                out.writeEndElement();
            }
            out.writeEndElement();
            out.writeEndElement();
            out.writeEndDocument();
        }

        private void stream(OnAir stream) throws XMLStreamException {
            StreamEntry entry = stream.entry();
            out.writeStartElement("stream");
            element("name", stream.name());
            element("time", nowMs - entry.session().startedAtMs());
            bandwidth(entry.playlist().bitrate(), stream.receivedBytes(), stream.sentBytes());
            element("bw_audio", 0);
            element("bw_video", 0);
            if (stream.hasPublisher()) {
                publisher(entry);
            }
            for (Viewer viewer : stream.viewers()) {
                viewer(viewer);
            }
            meta(stream);
            element("nclients", stream.clientCount());
            if (stream.hasPublisher()) {
                out.writeEmptyElement("publishing");
                out.writeEmptyElement("active");
            }
            out.writeEndElement();
        }

        private void publisher(StreamEntry entry) throws XMLStreamException {
            client(entry.session().number(), entry.session().encoder().address(), entry.session().startedAtMs(),
                    entry.session().encoder().client());
            out.writeEmptyElement("publishing");
            out.writeEmptyElement("active");
            out.writeEndElement();
        }

        private void viewer(Viewer viewer) throws XMLStreamException {
            client(viewer.number(), viewer.address(), viewer.sinceMs(), viewer.client());
            out.writeEmptyElement("active");
            out.writeEndElement();
        }

        /** Begins the element of a client. */
        private void client(long id, String address, long sinceMs, String name) throws XMLStreamException {
            out.writeStartElement("client");
            element("id", id);
            element("address", address);
            element("time", nowMs - sinceMs);
            if (name != null && !name.isEmpty()) {
                element("flashver", name);
            }
            element("dropped", 0);
            element("avsync", 0);
            element("timestamp", 0);
        }

        private void meta(OnAir stream) throws XMLStreamException {
            VideoConfig video = stream.tracks().video();
            AudioConfig audio = stream.tracks().audio();
            if (video == null && audio == null) {
                return;
            }
            out.writeStartElement("meta");
            if (video != null) {
                out.writeStartElement("video");
                element("width", video.width());
                element("height", video.height());
                element("frame_rate", video.frameRate().isKnown()
                        ? Math.round((double) video.frameRate().numerator() / video.frameRate().denominator())
                        : 0);
                element("codec", OnAir.codec(video));
                known("profile", OnAir.profile(video));
                known("level", OnAir.level(video));
                out.writeEndElement();
            }
            if (audio != null) {
                out.writeStartElement("audio");
                element("codec", OnAir.codec(audio));
                known("profile", OnAir.profile(audio));
                element("channels", audio.channels());
                element("sample_rate", audio.sampleRate());
                out.writeEndElement();
            }
            out.writeEndElement();
        }

        private void bandwidth(long bitrate, long receivedBytes, long sentBytes) throws XMLStreamException {
            element("bw_in", bitrate);
            element("bytes_in", receivedBytes);
            element("bw_out", 0);
            element("bytes_out", sentBytes);
        }

        private void known(String name, String value) throws XMLStreamException {
            if (!value.isEmpty()) {
                element(name, value);
            }
        }

        private void element(String name, long value) throws XMLStreamException {
            element(name, Long.toString(value));
        }

        private void element(String name, String value) throws XMLStreamException {
            out.writeStartElement(name);
            out.writeCharacters(allowed(value));
            out.writeEndElement();
        }

        /** Replaces what XML 1.0 (2.2) does not allow, even escaped: names of clients may contain anything. */
        private static String allowed(String text) {
            return text.codePoints()
                    .map(c -> c >= ' ' && c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE && c < 0xfffe
                            || c > 0xffff ? c : '?')
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
        }
    }
}
