package io.millrace.media.isobmff;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.MissingResourceException;

/** The language of a track (ISO/IEC 14496-12, 8.4.2 and 8.4.6). Stateless. */
final class LanguageBoxes {
    /** Three letters of five bits each: "und". */
    private static final int UNDETERMINED = 0x55C4;
    private static final int LETTERS = 3;
    private static final int LETTER_BITS = 5;
    private static final int LETTER_BASE = 0x60;

    private LanguageBoxes() {}

    /** Returns the language of mdhd: ISO 639-2/T, or "und" if there is no code for it. */
    static int code(String language) {
        String letters = iso639(language);
        if (!letters.matches("[a-z]{3}")) {
            return UNDETERMINED;
        }
        int code = 0;
        for (int i = 0; i < LETTERS; i++) {
            code = code << LETTER_BITS | letters.charAt(i) - LETTER_BASE;
        }
        return code;
    }

    private static String iso639(String language) {
        try {
            return Locale.forLanguageTag(language).getISO3Language();
        } catch (MissingResourceException _) {
            return "";
        }
    }

    /** Writes elng after mdhd if the code of mdhd does not say everything, such as the region. */
    static void extended(BoxWriter boxes, String language) {
        if (language.contains("-") || !language.isEmpty() && code(language) == UNDETERMINED) {
            boxes.fullBox("elng", 0, 0, () -> boxes.out().bytes(text(language + '\0')));
        }
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
