package io.millrace.ingest;

import io.millrace.platform.log.IngestNode;
import io.millrace.platform.rtmp.RtmpListen;
import java.util.Optional;

/** The addresses at which encoders reach a node. Immutable. */
public sealed interface PublicRtmp {
    /**
     * The addresses of the node's listeners.
     *
     * @param host host name, null for the host at which the browser reached the page
     */
    record Listening(String host) implements PublicRtmp {}

    /** The addresses that the operator set: those of a load balancer, or of a container's host. Either may be empty. */
    record Configured(Optional<IngestNode.Address> rtmp, Optional<IngestNode.Address> rtmps) implements PublicRtmp {}

    /**
     * Returns the addresses to announce.
     *
     * @param port port of the RTMP listener
     * @param tlsPort port of the RTMPS listener, or {@link RtmpListen#NONE} if there is none
     * @param tlsByFirstByte whether the RTMP port also accepts RTMPS, which it detects by the first byte
     * @param keyRequired whether a publisher needs a stream key or a signed URL
     */
    default IngestNode announced(String node, int port, int tlsPort, boolean tlsByFirstByte, boolean keyRequired) {
        return switch (this) {
            case Configured(var rtmp, var rtmps) ->
                new IngestNode(node, rtmp.orElse(null), rtmps.orElse(null), keyRequired);
            case Listening(String host) -> {
                int rtmps = tlsPort == RtmpListen.NONE && tlsByFirstByte ? port : tlsPort;
                yield new IngestNode(node, new IngestNode.Address(host, port),
                        rtmps == RtmpListen.NONE ? null : new IngestNode.Address(host, rtmps), keyRequired);
            }
        };
    }
}
