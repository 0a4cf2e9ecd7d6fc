/**
 * What several formats have in common, and the crossings between them: the media of a message whatever the format of its
 * body. Depends on the formats, which do not know each other; belongs to whoever reads the log or a tag. Pure; any thread.
 */
package io.millrace.media.remux;
