/**
 * TLS of the listeners: the server's certificate, which is reloaded when its files change, and the handlers that add
 * TLS to a connection. The handlers are confined to the event loop of their connection.
 */
package io.millrace.platform.tls;
