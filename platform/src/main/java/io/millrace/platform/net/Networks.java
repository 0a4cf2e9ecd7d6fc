package io.millrace.platform.net;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;

/** A set of addresses and networks. Immutable. */
public final class Networks {
    public static final Networks NONE = new Networks(List.of());

    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;

    private final List<IpSubnetFilterRule> rules;

    private Networks(List<IpSubnetFilterRule> rules) {
        this.rules = rules;
    }

    /**
     * Parses a setting.
     *
     * @param text {@code off}, or addresses and networks separated by commas: {@code 10.0.0.0/8,::1}
     * @throws IllegalArgumentException if {@code text} is not valid; the message shows valid values
     */
    public static Networks parse(String text) {
        return text.strip().equals("off")
                ? NONE
                : new Networks(Stream.of(text.split(",", -1)).map(each -> network(each.strip())).toList());
    }

    public boolean isEmpty() {
        return rules.isEmpty();
    }

    public boolean contains(InetAddress address) {
        return rules.stream().anyMatch(each -> each.matches(new InetSocketAddress(address, 0)));
    }

    private static IpSubnetFilterRule network(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        try {
            int bits = slash >= 0
                    ? Integer.parseInt(text.substring(slash + 1))
                    : address.contains(":") ? IPV6_BITS : IPV4_BITS;
            // A host name would cause a DNS lookup.
            if (NetUtil.isValidIpV4Address(address) || NetUtil.isValidIpV6Address(address)) {
                return new IpSubnetFilterRule(address, bits, IpFilterRuleType.ACCEPT);
            }
        } catch (IllegalArgumentException e) {
            // An invalid prefix length. Reported below, like any other invalid text.
        }
        throw new IllegalArgumentException(
                "'" + text + "' is no address or network such as 10.0.0.7, 10.0.0.0/8 or fd00::/8, nor 'off'");
    }
}
