package io.millrace.launcher.cluster;

import io.millrace.launcher.RequiredTool;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The ways from nodes to brokers, each of which can be cut in the kernel. The brokers announce themselves as
 * {@code localhost}, which is another loopback address for each node: by its own hosts file. The kernel translates these
 * addresses to 127.0.0.1, where the brokers listen, and a rule about one of them and a broker's port concerns nobody
 * else.
 *
 * <p>Needs root and iptables. Confined to one thread.
 */
final class Network implements AutoCloseable {
    /** What happens to packets between the node and the broker. */
    enum Cut {
        /** They are dropped, in both directions. */
        SILENT("-j", "DROP"),
        /** Those of the node are answered by a reset. */
        RESET("--ctdir", "ORIGINAL", "-j", "REJECT", "--reject-with", "tcp-reset");

        private final List<String> target;

        Cut(String... target) {
            this.target = List.of(target);
        }
    }

    private static final String LISTENERS = "127.0.0.1";
    /** Of addresses of nodes: {@code OwnLoopback} has 64 to 127. */
    private static final int FIRST_OCTET = 128;
    private static final int MOST_NODES = 64;

    private final List<String> addresses = new ArrayList<>();
    /** Rules in effect, without the words that add or delete them. */
    private final List<List<String>> rules = new ArrayList<>();
    /** Rules stay in the kernel when this process ends, for instance by Ctrl-C. */
    private final Thread atExit = new Thread(this::deleteRules, "network");

    /** Whether this process may change the kernel's packet filter; prints what it needs. */
    static boolean isPermitted() {
        boolean permitted;
        try {
            permitted = iptables(List.of("-t", "nat", "-L", "OUTPUT", "-n")) == 0;
        } catch (IOException _) {
            permitted = false;
        }
        return RequiredTool.isThere(permitted,
                "cuts of the network need root and iptables (Debian: apt-get install iptables)");
    }

    /** Creates a network without nodes. */
    Network() {
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * Adds a node.
     *
     * @param name of this machine's hosts file for the node
     * @return flags of the node's JVM
     */
    List<String> add(Path dir, String name) throws IOException {
        long pid = ProcessHandle.current().pid();
        if (addresses.size() == MOST_NODES) {
            throw new IllegalStateException("more than " + MOST_NODES + " nodes");
        }
        String address = "127.%d.%d.%d".formatted(FIRST_OCTET + addresses.size(), pid >> 8 & 255, 1 + pid % 254);
        addresses.add(address);
        addRule(List.of("-t", "nat"), List.of("OUTPUT", "-p", "tcp", "-d", address, "-j", "DNAT", "--to-destination",
                LISTENERS));
        Path hosts = dir.resolve(name + ".hosts");
        Files.writeString(hosts, address + " localhost\n" + LISTENERS + " " + InetAddress.getLocalHost().getHostName()
                + "\n", StandardCharsets.US_ASCII);
        return List.of("-Djdk.net.hosts.file=" + hosts);
    }

    /**
     * Cuts a node from the broker with this port.
     *
     * @param node in the order of {@link #add}
     */
    void cut(int node, String port, Cut cut) throws IOException {
        addRule(List.of(), rule(node, port, cut));
    }

    /** Undoes {@link #cut}. */
    void heal(int node, String port, Cut cut) throws IOException {
        delete(words(List.of(), rule(node, port, cut)));
    }

    private List<String> rule(int node, String port, Cut cut) {
        List<String> rule = new ArrayList<>(List.of("OUTPUT", "-p", "tcp", "-m", "conntrack", "--ctorigdst",
                addresses.get(node), "--ctorigdstport", port));
        rule.addAll(cut.target);
        return rule;
    }

    private void addRule(List<String> table, List<String> rule) throws IOException {
        List<String> words = words(table, rule);
        if (iptables(words) != 0) {
            throw new IOException("iptables " + String.join(" ", words) + " failed");
        }
        synchronized (rules) {
            rules.add(words);
        }
    }

    private void delete(List<String> added) throws IOException {
        List<String> words = new ArrayList<>(added);
        words.set(words.indexOf("-A"), "-D");
        if (iptables(words) != 0) {
            throw new IOException("iptables " + String.join(" ", words) + " failed");
        }
        synchronized (rules) {
            rules.remove(added);
        }
    }

    private static List<String> words(List<String> table, List<String> rule) {
        List<String> words = new ArrayList<>(table);
        words.add("-A");
        words.addAll(rule);
        return words;
    }

    private static int iptables(List<String> words) throws IOException {
        List<String> line = new ArrayList<>(List.of("iptables", "-w"));
        line.addAll(words);
        try {
            return new ProcessBuilder(line).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void deleteRules() {
        List<List<String>> left;
        synchronized (rules) {
            left = List.copyOf(rules);
        }
        for (List<String> rule : left) {
            try {
                delete(rule);
            } catch (IOException e) {
                System.err.println(e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        deleteRules();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
