package io.millrace.launcher.settings;

import io.millrace.edge.http.HttpSettings;
import io.millrace.ingest.publish.ApplicationRules;
import io.millrace.launcher.broker.HostPort;
import io.millrace.platform.access.AccessRules;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.rtmp.RtmpListen;
import java.util.List;
import java.util.stream.IntStream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The flags of the serving commands, in groups. All serving commands accept the same flags, so that one file,
 * environment or script can configure every process. A process uses the flags that its stages need. Not modified after
 * the command line is parsed.
 */
public final class ServeOptions {
    // 'config' prints the flags in this order.
    @Mixin
    private ListenOptions listen;
    @Mixin
    private KafkaOptions kafka;
    @Mixin
    private EpochOptions epochs;
    @Mixin
    private PublishOptions publish;
    @Mixin
    private PlayOptions play;
    @Mixin
    private HttpOptions http;
    @Mixin
    private RelayOptions relays;
    @Mixin
    private WebhookOptions webhooks;
    @Mixin
    private ProcessOptions process;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /**
     * Checks the values.
     *
     * @throws ParameterException if a value is out of range or contradicts another value
     * @throws io.millrace.platform.UserError if a value of an application does, in the settings file
     */
    public void check() {
        try {
            kafka.check();
            epochs.settings().check("--"::concat, kafka.retention());
            process.check();
            publish.check(listen.rtmpsPort() >= 0, listen.httpsPort() >= 0);
            play.check();
            webhooks.check();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage());
        }
        applications();
        publishers();
        players();
    }

    /** Returns the rules that decide who may publish, by application. */
    public AccessRules publishers() {
        return new AccessRules(publish.access().settings(), defaults().applications().stream()
                .map(each -> new AccessRules.Application(each.pattern(), each.publish(publish.access()))).toList());
    }

    /** Returns the rules that decide who may play, by application. */
    public AccessRules players() {
        return new AccessRules(play.access().settings(), defaults().applications().stream()
                .map(each -> new AccessRules.Application(each.pattern(), each.play(play.access()))).toList());
    }

    /** Returns the rules of new epochs by application. */
    public ApplicationRules rules() {
        return new ApplicationRules(epochs.settings().rules(), applications());
    }

    private List<ApplicationRules.Application> applications() {
        return defaults().applications().stream()
                .map(each -> new ApplicationRules.Application(each.pattern(),
                        each.settings(epochs.settings(), kafka.retention()).rules()))
                .toList();
    }

    public ListenOptions listen() {
        return listen;
    }

    public KafkaOptions kafka() {
        return kafka;
    }

    public PublishOptions publish() {
        return publish;
    }

    public PlayOptions play() {
        return play;
    }

    public HttpOptions http() {
        return http;
    }

    public RelayOptions relays() {
        return relays;
    }

    public WebhookOptions webhooks() {
        return webhooks;
    }

    public ProcessOptions process() {
        return process;
    }

    /** Returns the settings of the RTMP and RTMPS listeners. */
    public RtmpListen rtmp() {
        return publish.listener(listen.host(), listen.rtmpPort(), listen.rtmpsPort());
    }

    /** Returns the settings of HTTPS; null without a certificate. */
    public HttpSettings.Tls https() {
        return publish.https(listen.httpsPort());
    }

    /** Returns whether a flag names this port, so that it must not be chosen for a flag with the value 0. */
    public boolean names(int port) {
        return IntStream.of(listen.rtmpPort(), listen.rtmpsPort(), listen.httpPort(), listen.httpsPort(),
                listen.adminPort(), kafka.port())
                .anyMatch(named -> named == port);
    }

    /** Returns whether {@code --kafka} is set; otherwise {@code up} and {@code demo} embed a broker. */
    public boolean isKafkaSet() {
        OptionSpec option = command.findOption("--kafka");
        return command.commandLine().getParseResult().hasMatchedOption(option) || defaults().find(option).isPresent();
    }

    /** Returns the settings of the log on the cluster that {@code --kafka} names. */
    public KafkaSettings onCluster() {
        return kafka.onCluster(defaults().kafkaClient());
    }

    /** Returns the settings of the log on a broker in this process. */
    public KafkaSettings onEmbedded(HostPort broker) {
        return kafka.onEmbedded(broker, defaults().kafkaClient());
    }

    private LayeredDefaults defaults() {
        return (LayeredDefaults) command.defaultValueProvider();
    }
}
