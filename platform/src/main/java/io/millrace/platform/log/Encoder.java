package io.millrace.platform.log;

/**
 * The encoder of a session, and the ingest node that it is connected to.
 *
 * @param node id of the ingest node
 * @param client the encoder's name as the encoder sends it (flashVer), at most 256 characters; empty if it sends none
 * @param address the encoder's address, {@code host:port}
 */
public record Encoder(String node, String client, String address) {
    public Encoder withClient(String name) {
        return new Encoder(node, name, address);
    }
}
