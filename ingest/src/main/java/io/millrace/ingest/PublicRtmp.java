package io.millrace.ingest;

import io.millrace.platform.log.IngestNode;
import io.millrace.platform.rtmp.RtmpListen;
import java.util.Optional;

/** By which addresses encoders reach a node. Immutable. */
public sealed interface PublicRtmp {
    /**
     * Those of its listeners.
     *
     * @param host null for the host by which a person reached the page
     */
    record Listening(String host) implements PublicRtmp {}

    /** What the operator says: those of a balancer, or of the machine around a container. Either may be empty. */
    record Told(Optional<IngestNode.Address> rtmp, Optional<IngestNode.Address> rtmps) implements PublicRtmp {}

    /**
     * What the node announces.
     *
     * @param port that its listener of RTMP has
     * @param tlsPort the same of RTMPS, {@link RtmpListen#NONE} without one
     * @param tlsByFirstByte whether the port of RTMP takes RTMPS, too
     */
    default IngestNode announced(String node, int port, int tlsPort, boolean tlsByFirstByte, boolean keyRequired) {
        return switch (this) {
            case Told(var rtmp, var rtmps) -> new IngestNode(node, rtmp.orElse(null), rtmps.orElse(null), keyRequired);
            case Listening(String host) -> {
                int rtmps = tlsPort == RtmpListen.NONE && tlsByFirstByte ? port : tlsPort;
                yield new IngestNode(node, new IngestNode.Address(host, port),
                        rtmps == RtmpListen.NONE ? null : new IngestNode.Address(host, rtmps), keyRequired);
            }
        };
    }
}
