package io.millrace.launcher;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Context;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * Escapes the texts of each event ({@link LogText}) before another encoder writes it. Thread-safe if the other encoder
 * is.
 */
final class EscapingEncoder extends ContextAwareBase implements Encoder<ILoggingEvent> {
    private final Encoder<ILoggingEvent> format;

    /** @param format the encoder that writes the events; already started */
    EscapingEncoder(Encoder<ILoggingEvent> format) {
        this.format = format;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        return format.encode(new EscapedEvent(event));
    }

    @Override
    public byte[] headerBytes() {
        return format.headerBytes();
    }

    @Override
    public byte[] footerBytes() {
        return format.footerBytes();
    }

    @Override
    public void setContext(Context context) {
        super.setContext(context);
        format.setContext(context);
    }

    @Override
    public void start() {
        format.start();
    }

    @Override
    public void stop() {
        format.stop();
    }

    @Override
    public boolean isStarted() {
        return format.isStarted();
    }
}
