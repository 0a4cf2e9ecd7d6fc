package io.millrace.platform.access;

/**
 * What follows from a request to the hook.
 *
 * @param isAnswer whether the hook has answered; otherwise the settings have decided, which holds for this request only
 */
record HookVerdict(AccessDecision decision, boolean isAnswer) {}
