package io.millrace.platform.access;

import io.millrace.platform.net.Networks;
import io.millrace.platform.net.PeerNetwork;
import java.net.InetAddress;
import java.util.Optional;

/**
 * The addresses from which requests are allowed. A denied address is refused even if it is also allowed. Immutable.
 *
 * @param allow if not empty, the only addresses that are allowed
 * @param deny addresses that are refused
 */
public record AddressRules(Networks allow, Networks deny) {
    public static final AddressRules NONE = new AddressRules(Networks.NONE, Networks.NONE);

    boolean isEmpty() {
        return allow.isEmpty() && deny.isEmpty();
    }

    /** @param host address of the peer without its port; any other text is an unknown address */
    boolean admits(String host) {
        if (isEmpty()) {
            return true;
        }
        Optional<InetAddress> address = PeerNetwork.address(host);
        return address.isPresent()
                ? !deny.contains(address.get()) && (allow.isEmpty() || allow.contains(address.get()))
                : allow.isEmpty();
    }
}
