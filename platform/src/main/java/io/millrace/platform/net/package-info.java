/** What listeners of every protocol know of those who connect: whose address it is, and how many come from there. */
package io.millrace.platform.net;
