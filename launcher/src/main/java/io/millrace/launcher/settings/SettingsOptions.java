package io.millrace.launcher.settings;

import io.millrace.edge.http.FamiliarUrls;
import io.millrace.edge.http.HttpLimits;
import io.millrace.ingest.policy.HookForm;
import io.millrace.ingest.policy.PolicySettings;
import io.millrace.platform.admin.AdminNames;
import io.millrace.platform.net.ProxySources;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The settings of the serving commands. All of them take the same flags, so that one file, one environment or one
 * script fits every process; each uses what its stages need.
 */
public final class SettingsOptions {
    private static final Duration SHORTEST_SEGMENT = Duration.ofMillis(500);
    private static final Duration LONGEST_SEGMENT = Duration.ofSeconds(60);
    private static final Duration SHORTEST_PART = Duration.ofMillis(100);
    /** RFC 8216, 6.2.2: a live playlist is never shorter than three target durations. */
    private static final int FEWEST_SEGMENTS = 3;
    /** Kafka deletes whole rolls of a log, which last a minute or more. */
    private static final Duration SHORTEST_RETENTION = Duration.ofMinutes(1);
    private static final Duration LONGEST_DRAIN = Duration.ofMinutes(10);
    private static final Duration LONGEST_HOOK = Duration.ofSeconds(30);
    private static final Duration LONGEST_TIME = Duration.ofDays(7);

    @Option(names = "--host", paramLabel = "ADDRESS", defaultValue = "0.0.0.0", description = "Address that RTMP and HTTP listen on.")
    private String host;

    @Option(names = "--admin-host", paramLabel = "ADDRESS", defaultValue = "127.0.0.1", description = "Address that the admin port listens on: metrics and health.")
    private String adminHost;

    @Option(names = "--rtmp-port", paramLabel = "PORT", defaultValue = "1935", converter = Converters.Port.class, description = "RTMP; 0 takes any free port, which the ready line names.")
    private int rtmpPort;

    @Option(names = "--rtmps-port", paramLabel = "PORT", defaultValue = "off", converter = Converters.PortOrOff.class, description = "RTMPS on a port of its own, or 'off'; 0 takes any free port. With a certificate the RTMP port takes both, too.")
    private int rtmpsPort;

    @Option(names = "--public-rtmp", paramLabel = "URL[,…]", defaultValue = PublicRtmpUrls.AUTO, converter = Converters.PublicRtmp.class, description = "Where encoders reach this node, for the page: rtmp://HOST[:PORT] and rtmps://HOST[:PORT] of a balancer or around a container, '*' for the page's own host; 'auto' for its own ports.")
    private PublicRtmpUrls publicRtmp;

    @Option(names = "--http-port", paramLabel = "PORT", defaultValue = "8080", converter = Converters.Port.class, description = "The page, HLS, FLV and the API; 0 takes any free port.")
    private int httpPort;

    @Option(names = "--admin-port", paramLabel = "PORT", defaultValue = "8081", converter = Converters.Port.class, description = "Metrics and health; 0 takes any free port.")
    private int adminPort;

    @Option(names = "--admin-names", paramLabel = "NAME[,…]", defaultValue = "none", converter = Converters.HostNames.class, description = "Names by which the admin port may be reached, besides addresses and localhost.")
    private AdminNames adminNames;

    @Option(names = "--kafka", paramLabel = "HOST:PORT[,…]", defaultValue = "localhost:9092", converter = Converters.Brokers.class, description = "Kafka's bootstrap addresses. 'up' and 'demo' embed a broker unless this is given.")
    private BootstrapServers kafka;

    @Option(names = "--kafka-port", paramLabel = "PORT", defaultValue = "9092", converter = Converters.Port.class, description = "Port of the embedded broker, on loopback; 0 takes any free port.")
    private int kafkaPort;

    @Option(names = "--data-dir", paramLabel = "DIR", defaultValue = "./data", converter = Converters.Directory.class, description = "Where the embedded broker keeps its data between runs.")
    private Path dataDir;

    @Option(names = "--topic-prefix", paramLabel = "PREFIX", defaultValue = "millrace.", converter = Converters.TopicPrefix.class, description = "What the names of all topics start with.")
    private String topicPrefix;

    @Option(names = "--partitions", paramLabel = "N", defaultValue = "8", converter = Converters.Count.class, description = "Partitions of each topic, chosen once when they are created.")
    private int partitions;

    @Option(names = "--replication", paramLabel = "N", defaultValue = "auto", converter = Converters.Replication.class, description = "Replicas of each topic; 'auto' is as many as there are brokers, up to 3.")
    private int replication;

    @Option(names = "--retention", paramLabel = "TIME", defaultValue = "24h", converter = Converters.Time.class, description = "How long media is kept.")
    private Duration retention;

    @Option(names = "--retention-size", paramLabel = "SIZE", defaultValue = "auto", converter = Converters.Retention.class, description = "How much of each media topic is kept at most, or 'unlimited'; "
            + "'auto' is 10GB on the embedded broker and unlimited on a cluster.")
    private RetentionSize retentionSize;

    @Option(names = "--segment", paramLabel = "TIME", defaultValue = "2s", converter = Converters.Time.class, description = "Target duration of a segment.")
    private Duration segment;

    @Option(names = "--part", paramLabel = "TIME", defaultValue = "500ms", converter = Converters.Time.class, description = "Target duration of a part.")
    private Duration part;

    @Option(names = "--window", paramLabel = "TIME", defaultValue = "30s", converter = Converters.Time.class, description = "What a live playlist lists.")
    private Duration window;

    @Option(names = "--grace", paramLabel = "TIME", defaultValue = "30s", converter = Converters.Time.class, description = "How long a publisher may be away before its stream has ended.")
    private Duration grace;

    @Option(names = "--tls-cert", paramLabel = "FILE", defaultValue = "none", converter = Converters.FileOrNone.class, description = "Certificate for RTMPS with those above it, PEM; read again when it changes.")
    private Path tlsCert;

    @Option(names = "--tls-key", paramLabel = "FILE", defaultValue = "none", converter = Converters.FileOrNone.class, description = "Its key, PEM (PKCS#8).")
    private Path tlsKey;

    @Option(names = "--proxy-protocol", paramLabel = "NETWORK[,…]", defaultValue = "off", converter = Converters.Proxies.class, description = "Balancers that begin RTMP connections with a PROXY header, by address or network.")
    private ProxySources proxyProtocol;

    @Option(names = "--publish-keys", paramLabel = "FILE", defaultValue = "none", converter = Converters.FileOrNone.class, description = "Who may publish: stream keys, 'KEY: live/show' a line; read again when it changes.")
    private Path publishKeys;

    @Option(names = "--publish-secret", paramLabel = "FILE", defaultValue = "none", converter = Converters.FileOrNone.class, description = "Who may publish: the secret of signed URLs, which 'sign' makes; read again when it changes.")
    private Path publishSecret;

    @Option(names = "--publish-hook", paramLabel = "URL", defaultValue = "none", converter = Converters.HookUrl.class, description = "Who may publish: asked by HTTP POST about each publish.")
    private URI publishHook;

    @Option(names = "--publish-hook-form", paramLabel = "FORM", defaultValue = "nginx", description = "'nginx' for nginx-rtmp's on_publish, 'srs' for that of SRS.")
    private HookForm publishHookForm;

    @Option(names = "--publish-hook-timeout", paramLabel = "TIME", defaultValue = "3s", converter = Converters.Time.class, description = "How long the hook may take.")
    private Duration publishHookTimeout;

    @Option(names = "--publish-hook-fallback", paramLabel = "ANSWER", defaultValue = "deny", description = "What it means if the hook does not answer: 'allow' or 'deny'.")
    private HookFallback publishHookFallback;

    @Option(names = "--max-bitrate", paramLabel = "RATE", defaultValue = "off", converter = Converters.Rate.class, description = "What one publisher may send on average: 20Mbit, 800kbit; 'off' for no limit.")
    private long maxBitrate;

    @Option(names = "--rtmp-limits", paramLabel = "NAME=VALUE[,…]", defaultValue = RtmpLimitList.DEFAULT, converter = Converters.Limits.class, description = "How long and how many RTMP connections may be without doing what they came for, and how much each may ask for; 'default', or what differs: idle=30s,audio-message=1MiB.")
    private RtmpLimitSettings rtmpLimits;

    @Option(names = "--http-limits", paramLabel = "NAME=VALUE[,…]", defaultValue = HttpLimitList.DEFAULT, converter = Converters.OfHttp.class, description = "How long and how many HTTP connections may be without doing what they came for, and how much a request may be; 'default', or what differs: idle=30s,per-address=100.")
    private HttpLimits httpLimits;

    @Option(names = "--http-proxies", paramLabel = "NETWORK[,…]", defaultValue = "off", converter = Converters.Proxies.class, description = "Proxies and balancers in front of the HTTP port, by address or network: they are believed for whom they connect.")
    private ProxySources httpProxies;

    @Option(names = "--familiar-urls", paramLabel = "SERVER[,…]", defaultValue = "off", converter = Converters.Familiar.class, description = "URLs of other servers that hold here, too: nginx-rtmp (or nginx-rtmp=APP), mediamtx, nginx-http-flv.")
    private FamiliarUrls familiarUrls;

    @Option(names = "--drain", paramLabel = "TIME", defaultValue = "10s", converter = Converters.Time.class, description = "How long a stage that is told to end waits for its clients to leave.")
    private Duration drain;

    @Option(names = "--flv-tick", paramLabel = "TIME", defaultValue = "auto", converter = Converters.Tick.class, description = "How often viewers of FLV and RTMP are written to at most; 0s whenever something comes, 'auto' as the load allows.")
    private FlvTick flvTick;

    @Option(names = "--standby-replicas", paramLabel = "N", defaultValue = "1", converter = Converters.Spare.class, description = "How many other segmenters follow the state of each, where there are others.")
    private int standbyReplicas;

    @Option(names = "--kafka-metrics", arity = "1", paramLabel = "SWITCH", defaultValue = "off", converter = Converters.Switch.class, description = "Whether /metrics has what Kafka's clients measure, some thousand lines: 'on' or 'off'.")
    private boolean kafkaMetrics;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /**
     * The settings of a command whose arguments have been parsed.
     *
     * @throws ParameterException if two of them contradict each other
     */
    public Settings settings() {
        checkMedia();
        checkRetention();
        check(drain.compareTo(LONGEST_DRAIN) <= 0, "--drain must be 10m or less");
        check((tlsCert == null) == (tlsKey == null), "--tls-cert and --tls-key belong together");
        check(rtmpsPort < 0 || tlsCert != null, "--rtmps-port needs --tls-cert and --tls-key");
        check(publishHookTimeout.isPositive() && publishHookTimeout.compareTo(LONGEST_HOOK) <= 0,
                "--publish-hook-timeout must be more than nothing and 30s or less");
        return new Settings(host, adminHost, rtmpPort, httpPort, adminPort, adminNames, kafka, isGiven("--kafka"),
                kafkaPort,
                dataDir, topicPrefix, partitions, replication, retention, retentionSize, segment, part, window, grace,
                drain, new ViewingSettings(flvTick, httpLimits, httpProxies, familiarUrls), standbyReplicas,
                publishing(), kafkaMetrics,
                defaults().kafkaClient());
    }

    private void checkMedia() {
        check(segment.compareTo(SHORTEST_SEGMENT) >= 0 && segment.compareTo(LONGEST_SEGMENT) <= 0,
                "--segment must be between 500ms and 60s");
        check(part.compareTo(SHORTEST_PART) >= 0, "--part must be 100ms or more");
        check(part.compareTo(segment) <= 0, "--part is longer than --segment: a segment is made of parts");
        check(window.compareTo(segment.multipliedBy(FEWEST_SEGMENTS)) >= 0,
                "--window must hold three segments or more: players start that far from the end");
        check(window.compareTo(LONGEST_TIME) <= 0 && grace.compareTo(LONGEST_TIME) <= 0,
                "--window and --grace must be 7d or less");
    }

    private void checkRetention() {
        check(retention.compareTo(SHORTEST_RETENTION) >= 0, "--retention must be 1m or more");
        check(retention.compareTo(window) >= 0,
                "--window is longer than --retention: playlists would list what is no longer retained");
        check(retentionSize.bytes().orElse(RetentionSize.UNLIMITED) == RetentionSize.UNLIMITED
                || retentionSize.bytes().getAsLong() >= RetentionSize.SMALLEST,
                "--retention-size must be 100MB or more, or 'unlimited'; a number without a unit is in bytes");
    }

    private PublishingSettings publishing() {
        PolicySettings.Hook hook = publishHook == null
                ? null
                : new PolicySettings.Hook(publishHook, publishHookForm, publishHookTimeout,
                        publishHookFallback == HookFallback.ALLOW);
        return new PublishingSettings(rtmpsPort, publicRtmp, tlsCert, tlsKey, proxyProtocol, rtmpLimits, maxBitrate,
                new PolicySettings(publishKeys, publishSecret, hook));
    }

    private boolean isGiven(String flag) {
        OptionSpec option = command.findOption(flag);
        return command.commandLine().getParseResult().hasMatchedOption(option)
                || defaults().find(option).isPresent();
    }

    private LayeredDefaults defaults() {
        return (LayeredDefaults) command.defaultValueProvider();
    }

    private void check(boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(command.commandLine(), message);
        }
    }
}
