package io.millrace.launcher.settings;

/** What it means if the publish hook does not answer. */
enum HookFallback {
    ALLOW, DENY
}
